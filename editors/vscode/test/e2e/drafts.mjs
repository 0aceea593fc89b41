// What an agent does with a draft.
import assert from 'node:assert/strict';

import { until } from './harness.mjs';

const REFUSAL = '这个我们处理不了。';
const DRAFT = `您好，我是售后客服小美。
😀${REFUSAL}
您为什么不早说？
你的意见我们记下了，感谢您的理解与支持，祝您生活愉快！
`;

/** What of the screen the pictures of the README show. */
const EDITOR = { x: 330, y: 28, width: 790, height: 380 };

export const tests = {
  'a draft in plain text gets squiggles under the words, and the status bar counts': async (editor) => {
    await editor.write('售后草稿.txt', DRAFT);
    await editor.open('售后草稿.txt');
    await editor.hasSquiggles(2);
    await editor.hasStatus(/婉言 3/);
    await editor.picture('window');
    const words = await editor.box('处理不了');
    await editor.page.mouse.move(words.x + 30, words.y + 8, { steps: 4 });
    const hover = editor.page.locator('.monaco-hover:visible', { hasText: 'blunt-refusal/cannot-do-it' }).first();
    await hover.waitFor();
    // The finding is shown first, what the server adds a moment later.
    const shown = async () => {
      const text = await hover.innerText();
      return text.includes('处理不了') && text.includes('→');
    };
    await until(shown, 'the rewrites in the hover', 5_000, () => hover.innerText());
    await editor.page.waitForTimeout(500);
    await editor.picture('squiggles', EDITOR);
    await editor.press('Escape');
    await editor.page.mouse.click(words.x + 5, words.y + 5);
    await editor.quickFixes();
    await editor.page.waitForTimeout(300);
    await editor.picture('quickfix', EDITOR);
  },

  'after an emoji the squiggle is under the words, and the fix changes them alone': async (editor) => {
    await editor.write('表情.txt', `😀👩‍👩‍👧您好，${REFUSAL}😀谢谢\n`);
    await editor.open('表情.txt');
    await editor.hasSquiggles(1);
    const [squiggle, words] = [await editor.squiggles().boundingBox(), await editor.box('处理不了')];
    assert.ok(Math.abs(squiggle.x + squiggle.width - (words.x + words.width)) < 3, `ends at ${squiggle.x + squiggle.width}, the words at ${words.x + words.width}`);
    const greeting = await editor.box('您好，');
    assert.ok(squiggle.x > greeting.x + greeting.width - 3, 'begins behind the greeting');
    await editor.page.mouse.click(words.x + 5, words.y + 5);
    await editor.quickFixes();
    await editor.press('Enter');
    await editor.hasSquiggles(0);
    await editor.save();
    const after = await editor.read('表情.txt');
    assert.ok(after.startsWith('😀👩‍👩‍👧您好，') && after.endsWith('😀谢谢\n'), after);
    assert.ok(!after.includes('处理不了'), after);
  },

  'Markdown, JSON Lines and transcripts are judged at once, and only what an agent says': async (editor) => {
    await editor.write('回复.md', `# 模板\n\n${REFUSAL}\n\n\`${REFUSAL}\`\n`);
    await editor.open('回复.md');
    await editor.hasSquiggles(1);
    await editor.write('话术.jsonl', `{"reply": "😀${REFUSAL}"}\n{"reply": "好的，马上为您处理"}\n`);
    await editor.open('话术.jsonl');
    await editor.hasSquiggles(1);
    await editor.write('聊天.txt', `顾客：${REFUSAL}\n客服：${REFUSAL}\n`);
    await editor.open('聊天.txt');
    await editor.hasSquiggles(1);
    const [squiggle, label] = [await editor.squiggles().boundingBox(), await editor.box('客服：')];
    assert.ok(squiggle.y + squiggle.height > label.y + 5, 'under the words of the agent');
  },

  'an untitled draft is judged while it is typed, unless the setting leaves its language out': async (editor) => {
    await editor.command('New Untitled Text File');
    await editor.page.waitForSelector('.tab.active[data-resource-name^="Untitled"]');
    await editor.type(`您好，${REFUSAL}`);
    await editor.hasSquiggles(1);
    await editor.set({ 'wanyan.untitledLanguages': ['markdown'] });
    await editor.hasSquiggles(0);
    await editor.set({});
    await editor.hasSquiggles(1);
  },

  'polishing a message changes that message alone': async (editor) => {
    await editor.write('两条.txt', `订单 20240618 ${REFUSAL}\n您为什么不早说？\n`);
    await editor.open('两条.txt');
    await editor.hasSquiggles(2);
    await editor.goTo(1, 3);
    await editor.command('把这条消息改得委婉');
    await editor.hasSquiggles(1);
    await editor.save();
    const [first, second] = (await editor.read('两条.txt')).split('\n');
    assert.ok(first.startsWith('订单 20240618') && !first.includes('处理不了'), first);
    assert.equal(second, '您为什么不早说？');
  },

  'polishing the whole document reaches findings far down': async (editor) => {
    const filler = '好的，已经为您登记。\n'.repeat(450);
    await editor.write('全文.txt', `${filler}${REFUSAL}\n您为什么不早说？\n`);
    await editor.open('全文.txt');
    await editor.hasStatus(/婉言 2/);
    await editor.command('把全文改得委婉');
    await editor.hasStatus(/^\s*婉言\s*$/);
    await editor.save();
    const after = await editor.read('全文.txt');
    assert.ok(after.startsWith(filler));
    assert.ok(!after.includes('处理不了') && !after.includes('为什么不早说'), after.slice(filler.length));
  },

  'a slash and pinyin at the start of a word offer phrases, with default settings': async (editor) => {
    await editor.write('补全.txt', '您好，\n');
    await editor.open('补全.txt');
    await editor.press('End');
    await editor.typeSlowly('/');
    const list = editor.page.locator('.suggest-widget.visible');
    await list.waitFor();
    await editor.typeSlowly('zq');
    await until(async () => (await list.innerText()).includes('歉'), 'an apology is offered', 20_000, () => list.innerText());
    await editor.page.waitForTimeout(500);
    await editor.picture('complete', EDITOR);
    await editor.press('Enter', 'Escape');
    await list.waitFor({ state: 'hidden' });
    await editor.save();
    const [line] = (await editor.read('补全.txt')).split('\n');
    assert.match(line, /^您好，.*歉/);
    assert.ok(!line.includes('/') && !line.includes('zq') && !line.includes('$'), line);
  },

  'an ideographic comma does so too, and in Markdown': async (editor) => {
    await editor.write('补全.md', '\n');
    await editor.open('补全.md');
    await editor.page.keyboard.type('、');
    const list = editor.page.locator('.suggest-widget.visible');
    await list.waitFor();
    await editor.typeSlowly('zhiqian');
    await until(async () => (await list.innerText()).includes('歉'), 'an apology is offered', 20_000, () => list.innerText());
    await editor.press('Enter', 'Escape');
    await editor.save();
    assert.match(await editor.read('补全.md'), /^[^、a-z]*歉[^、a-z]*\n$/);
  },

  'prose opens no list, so Enter begins a new line': async (editor) => {
    await editor.write('正文.txt', '\n');
    await editor.open('正文.txt');
    for (const piece of ['您好，', '退款', '已经', '办好', '了。']) {
      await editor.type(piece);
      await editor.page.waitForTimeout(400);
      assert.equal(await editor.page.locator('.suggest-widget.visible').count(), 0, `a list behind ${piece}`);
    }
    await editor.press('Enter');
    await editor.type('好的');
    await editor.save();
    assert.equal(await editor.read('正文.txt'), '您好，退款已经办好了。\n好的\n');
    // Whoever wants a list gets one.
    await editor.page.waitForTimeout(500);
    await editor.press('Control+Space');
    await editor.page.locator('.suggest-widget.visible .monaco-list-row').first().waitFor();
  },

  'nothing is offered for a slash within a word': async (editor) => {
    await editor.write('斜线.txt', '和\n');
    await editor.open('斜线.txt');
    await editor.press('End');
    await editor.typeSlowly('/');
    await editor.page.waitForTimeout(1_500);
    assert.equal(await editor.page.locator('.suggest-widget.visible .monaco-list-row').count(), 0);
  },

  'a recommended phrase is found by pinyin and put in at the cursor': async (editor) => {
    await editor.write('用语.txt', '您好，\n');
    await editor.open('用语.txt');
    await editor.press('End');
    await editor.command('插入推荐用语');
    await editor.titled('插入推荐用语');
    const all = await editor.rows();
    assert.ok(all.length > 3, all.join(' | '));
    await editor.picture('phrases-all');
    await editor.page.locator('.quick-input-widget input[type="text"]').fill('zq');
    await until(async () => (await editor.rows())[0].includes('歉'), 'an apology comes first', 10_000, async () => (await editor.rows()).join(' | '));
    await editor.picture('phrases', { x: 255, y: 28, width: 612, height: 380 });
    await editor.press('Enter');
    await editor.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await until(async () => /^您好，.*歉/.test(await editor.text()), 'the phrase is in the draft', 10_000, () => editor.text());
    await editor.press('Escape');
    await editor.save();
    assert.match(await editor.read('用语.txt'), /^您好，.*歉/);
  },

  'safe rewrites are made on saving, if the settings say so': async (editor) => {
    const draft = '你的意见我们记下了，感谢您的理解与支持，祝您生活愉快！\n';
    await editor.write('保存.txt', '\n');
    await editor.set({ 'editor.codeActionsOnSave': { 'source.fixAll.wanyan': 'explicit' } });
    await editor.open('保存.txt');
    await editor.page.waitForTimeout(2_000);
    await editor.type(draft.trim());
    await editor.hasStatus(/婉言 1/);
    const fixed = draft.replace('你', '您');
    // Nothing shows that the editor has read its settings again: where it had not, the draft is saved once more.
    for (let saved = 0; saved < 4 && (await editor.read('保存.txt')) !== fixed; saved += 1) {
      if (saved > 0) {
        await editor.type('a');
        await editor.press('Backspace');
      }
      await editor.save();
      await editor.page.waitForTimeout(2_500);
    }
    assert.equal(await editor.read('保存.txt'), fixed);
    await editor.set({});
    await editor.hasStatus(/^\s*婉言\s*$/);
  },

  'a rule is explained beside the draft': async (editor) => {
    await editor.write('说明.txt', `您好，${REFUSAL}\n`);
    await editor.open('说明.txt');
    await editor.hasSquiggles(1);
    await editor.goTo(1, 10);
    await editor.command('说明这条规则');
    const preview = editor.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await preview.locator('body', { hasText: 'blunt-refusal/cannot-do-it' }).waitFor();
    await editor.page.waitForTimeout(500);
    await editor.picture('explain');
  },

  'the code of a finding links to its explanation': async (editor) => {
    await editor.write('链接.txt', `您好，${REFUSAL}\n`);
    await editor.open('链接.txt');
    await editor.hasSquiggles(1);
    await editor.goTo(1, 10);
    await editor.command('Show or Focus Hover');
    const link = editor.page.locator('.monaco-hover a', { hasText: 'cannot-do-it' }).first();
    await link.waitFor();
    await link.click();
    const allow = editor.page.locator('.monaco-dialog-box a.monaco-button, .monaco-dialog-box .monaco-button', { hasText: /^Open$/ }).first();
    await allow.click({ timeout: 3000 }).catch(() => {});
    const preview = editor.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await preview.locator('body', { hasText: 'blunt-refusal/cannot-do-it' }).waitFor();
  },

  'the status bar item opens a menu, which turns the check off and on again': async (editor) => {
    await editor.write('开关.txt', `${REFUSAL}\n`);
    await editor.open('开关.txt');
    await editor.hasSquiggles(1);
    await editor.status().click();
    await editor.titled('婉言');
    const rows = await editor.rows();
    for (const wanted of ['重新启动', '查看日志', '关闭婉言', 'wanyan.toml', '选择词库']) {
      assert.ok(rows.some((row) => row.includes(wanted)), `${wanted} in ${rows.join(' | ')}`);
    }
    await editor.picture('menu');
    await editor.pick('关闭婉言');
    await editor.hasSquiggles(0);
    assert.equal(JSON.parse(await editor.read('.vscode/settings.json'))['wanyan.enable'], false);
    await editor.status().click();
    await editor.pick('打开婉言');
    await editor.hasSquiggles(1);
  },
};
