// What an agent does with a draft.
import assert from 'node:assert/strict';

import { until } from './harness.mjs';

const REFUSAL = '这个我们处理不了。';

export const tests = {
  'a draft in plain text gets a squiggle under the words, and the status bar counts': async (editor) => {
    await editor.write('售后草稿.txt', `您好，${REFUSAL}\n`);
    await editor.open('售后草稿.txt');
    await editor.hasSquiggles(1);
    await editor.hasStatus(/婉言 1/);
    await editor.picture('squiggle');
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
    await editor.press('Control+.');
    await editor.page.locator('.action-widget').first().waitFor();
    await editor.picture('quickfix');
    await editor.press('Enter');
    await editor.hasSquiggles(0);
    await editor.save();
    const after = await editor.read('表情.txt');
    assert.ok(after.startsWith('😀👩‍👩‍👧您好，') && after.endsWith('😀谢谢\n'), after);
    assert.ok(!after.includes('处理不了'), after);
  },
};
