// What belongs to a folder of drafts: its configuration, its lexicons, all its files.
import assert from 'node:assert/strict';
import { access, rm } from 'node:fs/promises';

import { until } from './harness.mjs';

const REFUSAL = '这个我们处理不了。';

/** With an overlay the lexicons are compiled anew, which takes seconds; on a busy machine many. */
const COMPILING = 60_000;

export const tests = {
  'editing wanyan.toml changes the findings of an open draft': async (editor) => {
    await editor.write('草稿.txt', `您好，${REFUSAL}\n`);
    await editor.write('wanyan.toml', '[severity]\n');
    await editor.open('草稿.txt');
    await editor.hasSquiggles(1);
    await editor.open('wanyan.toml');
    await editor.press('Control+End');
    await editor.page.keyboard.type('"blunt-refusal" = "error"\n');
    await editor.save();
    await editor.page.locator('.tab', { hasText: '草稿.txt' }).click();
    await editor.hasSquiggles(1, 'error');
    await editor.hasSquiggles(0);
  },

  'the command makes a wanyan.toml where there is none': async (editor) => {
    await editor.write('草稿.txt', `您好，${REFUSAL}\n`);
    await editor.open('草稿.txt');
    await editor.hasSquiggles(1);
    await editor.command('打开 wanyan.toml');
    await editor.notification('还没有 wanyan.toml').getByText('新建', { exact: true }).click();
    await editor.page.waitForSelector('.tab.active[data-resource-name="wanyan.toml"]');
    assert.match(await editor.read('wanyan.toml'), /\[severity\]/);
    // It is one that the server reads: what it begins with changes nothing.
    await editor.page.locator('.tab', { hasText: '草稿.txt' }).click();
    await editor.hasSquiggles(1);
  },

  'a phrase is allowed from the quick fixes': async (editor) => {
    await editor.write('草稿.txt', `您好，${REFUSAL}\n`);
    await editor.open('草稿.txt');
    await editor.hasSquiggles(1);
    await editor.goTo(1, 10);
    await editor.quickFixes();
    await editor.page.locator('.action-widget .monaco-list-row', { hasText: '放行' }).first().click();
    await editor.hasSquiggles(0);
    assert.match(await editor.read('wanyan.toml'), /^\[\[allow\]\]\nphrase = "处理不了"\n/m);
    await editor.notification('已写进 wanyan.toml').getByText('打开', { exact: true }).click();
    await editor.page.waitForSelector('.tab.active[data-resource-name="wanyan.toml"]:not(.dirty)');
  },

  'settings: gravity of a category, least gravity': async (editor) => {
    await editor.write('草稿.txt', `您好，${REFUSAL}\n`);
    await editor.open('草稿.txt');
    await editor.hasSquiggles(1);
    await editor.set({ 'wanyan.severity': { 'blunt-refusal': 'error' } });
    await editor.hasSquiggles(1, 'error');
    await editor.set({ 'wanyan.severity': { 'blunt-refusal/cannot-do-it': 'off' } });
    await editor.hasSquiggles(0, 'error');
    await editor.set({ 'wanyan.minSeverity': 'error' });
    await editor.hasStatus(/^\s*婉言\s*$/);
    await editor.set({});
    await editor.hasSquiggles(1);
  },

  'settings: names before the words in transcripts': async (editor) => {
    await editor.write('聊天.txt', `小美：${REFUSAL}\n会员：我要退款\n小美：您为什么不早说？\n会员：好吧\n`);
    await editor.set({ 'wanyan.agentLabels': ['小美'], 'wanyan.customerLabels': ['会员'] });
    await editor.open('聊天.txt');
    await editor.hasSquiggles(2);
    await editor.set({ 'wanyan.agentLabels': ['会员'], 'wanyan.customerLabels': ['小美'] });
    await editor.hasSquiggles(0);
  },

  'the workspace is checked with progress, and files that are not open have findings': async (editor) => {
    await editor.write('话术/一.txt', `${REFUSAL}\n`);
    await editor.write('话术/二.md', '您为什么不早说？\n');
    await editor.write('好.txt', '好的，马上为您处理。\n');
    await editor.open('好.txt');
    await editor.command('检查工作区');
    const done = editor.notification('共检查 3 个文件，发现 2 处');
    await done.waitFor();
    await done.getByText('看看有哪些').click();
    const problems = editor.page.locator('.markers-panel');
    await problems.locator('.monaco-list-row', { hasText: 'blunt-refusal/cannot-do-it' }).first().waitFor();
    const text = await problems.innerText();
    assert.ok(text.includes('一.txt') && text.includes('二.md'), text);
    await editor.picture('workspace');
    // Findings go with the files.
    await rm(editor.path('话术'), { recursive: true });
    await until(async () => !(await problems.innerText()).includes('一.txt'), 'the findings are gone');
    await editor.command('View: Toggle Panel Visibility');
  },

  'a check of the workspace can be cancelled': async (editor) => {
    const long = `您好，${REFUSAL}\n`.repeat(4_000);
    for (let number = 0; number < 250; number++) {
      await editor.write(`话术/${number}.txt`, long);
    }
    await editor.write('好.txt', '好的，马上为您处理。\n');
    await editor.open('好.txt');
    await editor.command('检查工作区');
    const progress = editor.page.locator('.notification-toast', { hasText: '婉言：检查工作区' });
    await until(async () => /\d+ 个文件/.test(await progress.innerText()), 'progress is shown', 10_000);
    await progress.getByText('Cancel', { exact: true }).click();
    await editor.notification('检查已取消').waitFor();
    await progress.waitFor({ state: 'detached' });
  },

  'a lexicon entry is made of the selection, and the draft is judged by it': async (editor) => {
    await editor.write('草稿.txt', '您好，门店盘点停止营业\n');
    await editor.write('wanyan.toml', '# 门店的配置\nagent-labels = ["小美"]\n');
    await editor.open('草稿.txt');
    await editor.hasStatus(/^\s*婉言\s*$/);
    await editor.goTo(1, 8);
    await editor.press('Shift+End');
    await editor.command('用选中的文字新建词条');
    await editor.titled('“停止营业”属于哪一类');
    await editor.picture('entry-category');
    await editor.pick('生硬拒绝');
    await editor.titled('写进哪个词库');
    await editor.pick('新建词库文件');
    await editor.titled('新词库的文件名');
    await editor.answer('门店词库.toml');
    await editor.titled('规则名：blunt-refusal/…');
    await editor.answer('no-guests');
    await editor.titled('查出来时怎么说');
    await editor.press('Enter');
    await editor.page.waitForSelector('.tab.active[data-resource-name="门店词库.toml"]');
    await editor.page.waitForTimeout(300);
    await editor.picture('entry');
    assert.match(await editor.read('门店词库.toml'), /^category = "blunt-refusal"\n\n\[\[entry\]\]\nid = "no-guests"\n/);
    assert.equal(await editor.read('wanyan.toml'), 'lexicon = ["门店词库.toml"]\n# 门店的配置\nagent-labels = ["小美"]\n');
    await editor.page.locator('.tab', { hasText: '草稿.txt' }).click();
    await editor.hasSquiggles(1, 'warning', COMPILING);
    await editor.hasStatus(/婉言 1/);
  },

  'snippets for lexicons are there without another extension': async (editor) => {
    await editor.write('新词库.toml', '\n');
    await editor.open('新词库.toml');
    await editor.command('Snippets: Insert Snippet');
    await editor.rows();
    await editor.page.locator('.quick-input-widget input[type="text"]').fill('extend');
    await editor.pick('extend');
    await until(async () => (await editor.text()).includes('[[extend]]'), 'the snippet is there', 10_000, () => editor.text());
    await editor.hasStatus(/^\s*婉言\s*$/);
  },

  'lexicons are chosen from the files of the folder': async (editor) => {
    const lexicon = '[[disable]]\nid = "blunt-refusal/cannot-do-it"\nreason = "测试"\n';
    await editor.write('放行词库.toml', lexicon);
    await editor.write('Cargo.toml', '[package]\nname = "x"\n');
    await editor.write('wanyan.toml', 'agent-labels = ["小美"]  # 客服\n');
    await editor.write('草稿.txt', `您好，${REFUSAL}\n`);
    await editor.open('草稿.txt');
    await editor.hasSquiggles(1);
    await editor.command('选择词库');
    await editor.titled('用哪些词库');
    const rows = await editor.rows();
    assert.ok(rows.some((row) => row.includes('放行词库.toml')) && !rows.some((row) => row.includes('Cargo')), rows.join(' | '));
    await editor.pick('放行词库.toml');
    await editor.press('Enter');
    await until(async () => (await editor.read('wanyan.toml')) === 'lexicon = ["放行词库.toml"]\nagent-labels = ["小美"]  # 客服\n', 'wanyan.toml names it', 10_000, () => editor.read('wanyan.toml'));
    await editor.hasSquiggles(0, 'warning', COMPILING);
    await editor.command('选择词库');
    await editor.titled('用哪些词库');
    await editor.pick('放行词库.toml');
    await editor.press('Enter');
    await editor.hasSquiggles(1);
    assert.equal(await editor.read('wanyan.toml'), 'lexicon = []\nagent-labels = ["小美"]  # 客服\n');
    await access(editor.path('放行词库.toml'));
  },

  'a walkthrough has three steps, and its sample is judged': async (editor) => {
    await editor.command('Welcome: Open Walkthrough');
    await editor.page.locator('.quick-input-widget input[type="text"]').fill('两分钟上手');
    await editor.pick('两分钟上手婉言');
    const steps = editor.page.locator('.getting-started-step');
    await steps.first().waitFor();
    assert.equal(await steps.count(), 3);
    await editor.page.waitForTimeout(1_000);
    await editor.picture('walkthrough');
    await editor.page.getByText('打开一份样稿', { exact: true }).click();
    await editor.hasSquiggles(2);
  },
};
