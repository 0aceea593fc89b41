import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { wantsPhrases } from '../../src/phrases/asking.ts';
import { escapedSnippet, type Phrase, readPhrases, search, snippetInJson } from '../../src/phrases/search.ts';

const phrase = (text: string, scene: string, pinyin: string, initials: string, scenePinyin: string, sceneInitials: string): Phrase => ({
  text, scene, pinyin, initials, scenePinyin, sceneInitials, snippet: text, when: '退款之后', source: 'S1',
});
const sorry = phrase('很抱歉，让您久等了', '致歉', 'henbaoqianrangninjiudengle', 'hbqrnjdl', 'zhiqian', 'zq');
const thanks = phrase('谢谢您的理解', '致谢', 'xiexienindelijie', 'xxndlj', 'zhixie', 'zx');
const phrases = [thanks, sorry];

describe('phrases are found', () => {
  const found = (query: string) => search(phrases, query).map(({ scene }) => scene);
  const cases: [string, string[]][] = [
    ['', ['致谢', '致歉']],
    ['zq', ['致歉']],
    ['ZhiQian', ['致歉']],
    ['/zhiq', ['致歉']],
    ['致歉', ['致歉']],
    ['理解', ['致谢']],
    ['hbq', ['致歉']],
    ['jiudeng', ['致歉']],
    ['zx lijie', ['致谢']],
    ['zx 久等', []],
    ['退款', ['致谢', '致歉']],
    ['zh', ['致谢', '致歉']],
    ['qqq', []],
  ];
  for (const [query, scenes] of cases) {
    test(`by “${query}”`, () => assert.deepEqual(found(query), scenes));
  }

  test('the nearest first', () => {
    const mentions = { ...thanks, text: '谢谢您，致歉信已收到' };
    assert.deepEqual(search([mentions, sorry], '致歉')[0], sorry);
  });
});

test('the answer of the server is read with care', () => {
  assert.deepEqual(readPhrases(undefined), []);
  assert.deepEqual(readPhrases([null, 3, { scene: 'x' }]), []);
  const [read] = readPhrases([{ text: '{称呼}，$5 好', scene: '问候' }]);
  assert.equal(read?.snippet, '${1:称呼}，\\$5 好');
  assert.equal(read?.when, '');
});

test('snippets', () => {
  assert.equal(escapedSnippet('{称呼}，请{时间}再来'), '${1:称呼}，请${2:时间}再来');
  assert.equal(escapedSnippet('a\\b$c}'), 'a\\\\b\\$c\\}');
  assert.equal(snippetInJson('说"好"'), '说\\\\"好\\\\"');
});

describe('lists open when they are wanted', () => {
  test('not by themselves behind prose', () => {
    for (const before of ['', '您好，', '已经办好了。', '您好', '退款', 'ok ', '苹果、香蕉。']) {
      assert.equal(wantsPhrases('editor', before), false, before);
    }
    for (const before of ['/', '您好，/zq', '、致歉', '您好，、zhi']) {
      assert.equal(wantsPhrases('editor', before), true, before);
    }
  });

  test('on request, and while typing on', () => {
    assert.ok(wantsPhrases('user', '已经办好了。'));
    assert.ok(wantsPhrases('typing-on', '您好，zq') && wantsPhrases('typing-on', '/致'));
    assert.ok(!wantsPhrases('typing-on', '您好，zq。') && !wantsPhrases('typing-on', ''));
  });
});
