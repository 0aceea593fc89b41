// Drafts in the cells of tables and in the strings of other files.
import assert from 'node:assert/strict';

import { until } from './harness.mjs';

const REFUSAL = '这个我们处理不了。';

/** Its rewrite holds what a table has to write in another way. */
const LEXICON = `category = "blunt-refusal"

[[entry]]
id = "no-slots"
title = "没有号了"
patterns = ["没有号了"]
why = "一口回绝"
source = ["S1.4"]

[[entry.rewrite]]
to = "约满了,请选\\"候补\\""
applicability = "suggested"

[entry.examples]
bad = ["今天没有号了"]
good = ["号码没有变"]
in = ["今天没有号了", "明天没有号了", "您好，没有号了"]
`;

/** Waits until the first squiggle goes from the beginning of some words to the end of others, on their line. */
async function isUnder(editor, first, last) {
  let seen = '';
  const holds = async () => {
    // Lines are drawn anew once they are coloured.
    const squiggle = await editor.squiggles().first().boundingBox();
    if (squiggle === null) {
      return false;
    }
    const [from, to] = [await editor.box(first), await editor.box(last)];
    seen = `from ${squiggle.x} to ${squiggle.x + squiggle.width} at ${squiggle.y}; the words from ${from.x} to ${to.x + to.width} at ${from.y}`;
    const ends = Math.abs(squiggle.x - from.x) < 3 && Math.abs(squiggle.x + squiggle.width - (to.x + to.width)) < 3;
    return ends && squiggle.y >= from.y - 3 && squiggle.y < from.y + from.height;
  };
  await until(holds, 'the squiggle is under the words', 5_000, async () => seen);
}

/** Takes the first quick fix at a place. */
async function fix(editor, line, column) {
  await editor.goTo(line, column);
  await editor.quickFixes();
  await editor.press('Enter');
}

export const tests = {
  'a table is judged in the cells of replies, and a fix is written as the table needs it': async (editor) => {
    const rows = ['问,答,备注', '没有号了,"😀您好，""上午""没有号了",没有号了', '没有号了？,没有号了,', ''];
    await editor.write('门店词库.toml', LEXICON);
    await editor.write('wanyan.toml', 'lexicon = ["门店词库.toml"]\n');
    await editor.write('话术.csv', rows.join('\r\n'));
    await editor.open('话术.csv');
    await editor.hasSquiggles(2);
    await isUnder(editor, '没有号了"', '""没有号了');
    await editor.picture('table');
    await fix(editor, 2, 18);
    await editor.hasSquiggles(1);
    // A cell that was not quoted is now.
    await fix(editor, 3, 8);
    await editor.hasSquiggles(0);
    await editor.save();
    rows[1] = '没有号了,"😀您好，""上午""约满了,请选""候补""",没有号了';
    rows[2] = '没有号了？,"约满了,请选""候补""",';
    assert.equal(await editor.read('话术.csv'), rows.join('\r\n'));
  },

  'strings of JSON are judged behind their escapes, and a fix leaves the rest as it was': async (editor) => {
    const [before, after] = ['[\n  { "答": "\\ud83d\\ude00您好，', '\\u3002", "问": "\\u4e0d\\u884c\\uff1f" }\n]\n'];
    await editor.write('话术.json', `${before}\\u4e0d\\u884c${after}`);
    await editor.open('话术.json');
    await editor.hasSquiggles(1);
    await isUnder(editor, '\\u4e0d', '\\u884c');
    await editor.picture('json');
    await fix(editor, 2, 28);
    await editor.hasSquiggles(0);
    await editor.save();
    const text = await editor.read('话术.json');
    assert.ok(text.startsWith(before) && text.endsWith(after), text);
    const [{ 答: answer, 问: question }] = JSON.parse(text);
    assert.equal(question, '不行？');
    assert.match(answer, /^😀您好，\p{Script=Han}.{4,}。$/u);
    assert.notEqual(answer, '😀您好，不行。');
  },

  'files are told by their endings where the editor knows no language': async (editor) => {
    const [one, two] = [REFUSAL, `${REFUSAL}您为什么不早说？`];
    const files = {
      'a.tsv': `问\t答\n在吗\t${one}\n`,
      'b.toml': `text = "${two}"\n`,
      'c.po': `msgid "no"\nmsgstr "${one}"\n`,
      'd.strings': `"no" = "${two}";\n`,
      'e.properties': `no=${one}\n`,
      'f.yaml': `text: ${two}\n`,
      'g.html': `<p>${one}</p>\n`,
    };
    for (const [at, [name, text]] of Object.entries(files).entries()) {
      await editor.write(name, text);
      await editor.open(name);
      // Not the number of the file before.
      await editor.hasSquiggles(at % 2 === 0 ? 1 : 2);
    }
  },

  'languages that the setting leaves out are not judged, from then on': async (editor) => {
    await editor.write('话术.csv', `问,答\n在吗,${REFUSAL}\n`);
    await editor.write('话术.json', `{ "text": "${REFUSAL}" }\n`);
    await editor.write('草稿.txt', `${REFUSAL}\n`);
    // The last one is in front then; what all of them have was sent at once.
    const judged = async (counts) => {
      for (const [name, count] of Object.entries(counts)) {
        await editor.open(name);
        await editor.hasSquiggles(count);
      }
    };
    await judged({ '话术.csv': 1, '话术.json': 1, '草稿.txt': 1 });
    await editor.set({ 'wanyan.languages': ['plaintext', 'csv'] });
    await judged({ '草稿.txt': 1, '话术.csv': 1, '话术.json': 0 });
    await editor.hasStatus(/^\s*婉言\s*$/);
    // For the editor the table is plain text.
    await editor.set({ 'wanyan.languages': ['plaintext', 'json'] });
    await judged({ '话术.json': 1, '草稿.txt': 1, '话术.csv': 0 });
    await editor.hasStatus(/^\s*婉言\s*$/);
    await editor.type('问');
    await editor.command('Show or Focus Hover');
    await editor.press('Escape', 'Control+.', 'Escape');
    await editor.page.waitForTimeout(1_000);
    assert.equal(await editor.squiggles().count(), 0);
    assert.equal(await editor.page.locator('.notification-toast').count(), 0);
    await editor.press('Control+z');
    await editor.set({});
    await editor.hasSquiggles(1);
  },
};
