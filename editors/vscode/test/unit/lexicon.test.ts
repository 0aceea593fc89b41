import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'smol-toml';

import { lexiconFacts, lexiconsOf, withLexicons } from '../../src/lexicon/configEdit.ts';
import { CONFIG_TEMPLATE } from '../../src/lexicon/configTemplate.ts';
import { freeId, isId, patternOf, quoted, withEntry } from '../../src/lexicon/skeleton.ts';

const server = process.env['WANYAN_BIN'] ?? assert.fail('WANYAN_BIN names the server');
let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'wanyan-lexicon-'));
});
after(() => rmSync(folder, { recursive: true }));

const entry = { category: 'blunt-refusal', id: 'no-guests', title: '说“停止营业”', phrase: '停止营业' };

describe('a new entry', () => {
  test('is one that the program takes, and finds the phrase', () => {
    const file = join(folder, '词库.toml');
    let text = withEntry('', entry, 'S1.4');
    text = withEntry(text, { ...entry, id: 'second', phrase: '概不(负责)？退一赔三|吗' }, 'S1.4');
    writeFileSync(file, text);
    const tested = spawnSync(server, ['lexicon', 'test', file], { encoding: 'utf8' });
    assert.equal(tested.status, 0, tested.stdout + tested.stderr);
    const checked = spawnSync(server, ['check', '--lexicon', file, '--format', 'concise', '-'], { input: '您好，今天停止营业\n', encoding: 'utf8' });
    assert.match(checked.stdout, /blunt-refusal\/no-guests/);
  });

  test('goes to the end of a file as it is', () => {
    const before = 'category = "blunt-refusal"  # 拒绝\r\n\r\n[words]\r\nx = ["一二"]\r\n\r\n\r\n';
    const after = withEntry(before, entry, 'S1.4');
    assert.ok(after.startsWith(before.trimEnd() + '\r\n\r\n[[entry]]\r\n'));
    assert.ok(!/[^\r]\n/.test(after));
    assert.deepEqual(lexiconFacts(after), { category: 'blunt-refusal', ids: new Set(['no-guests']), hasEntries: true });
  });

  test('patterns are the phrase as it is', () => {
    assert.equal(patternOf(' “不行！” '), '不行');
    assert.equal(patternOf('退(换)吗？@我|…好'), '退\\(换\\)吗？\\@我\\|\\…好');
    assert.equal(patternOf('没 办 法'), '没办法');
    assert.equal(patternOf('不'), undefined);
    assert.equal(patternOf('一二\n三四'), undefined);
    assert.equal(patternOf('。！'), undefined);
  });

  test('ids', () => {
    assert.ok(isId('a') && isId('no-way-2') && !isId('') && !isId('No') && !isId('a--b') && !isId('-a') && !isId('中'));
    assert.equal(freeId(new Set(['phrase-1', 'phrase-2'])), 'phrase-3');
  });

  test('strings survive', () => {
    const odd = '引"号\\斜\n行\t\u0001';
    assert.equal(parse(`x = ${quoted(odd)}`)['x'], odd);
  });
});

describe('the lexicons of wanyan.toml', () => {
  test('are read', () => {
    assert.deepEqual(lexiconsOf('lexicon = ["a.toml", \'b.toml\']'), ['a.toml', 'b.toml']);
    assert.deepEqual(lexiconsOf(''), []);
    assert.equal(lexiconsOf('lexicon = ['), undefined);
    assert.equal(lexiconsOf('lexicon = 1'), undefined);
  });

  test('are added, and all else stays', () => {
    const before = '\ufeff# 头\nfields = ["lexicon"]\nlexicon = [\n  "甲.toml",  # 第一个 ]\n  \'乙.toml\',\n]\n\n[severity]\narguing = "off"\n';
    const after = withLexicons(before, ['甲.toml', '乙.toml', '丙.toml']);
    assert.equal(after, before.replace("'乙.toml',", "'乙.toml', \"丙.toml\","));
  });

  test('are named where none were', () => {
    assert.equal(withLexicons('[severity]\n', ['甲.toml']), 'lexicon = ["甲.toml"]\n[severity]\n');
    assert.equal(withLexicons('', ['甲.toml']), 'lexicon = ["甲.toml"]\n');
    assert.equal(withLexicons('lexicon = [] # 无\n', ['甲.toml']), 'lexicon = ["甲.toml"] # 无\n');
  });

  test('are taken out and put in another order', () => {
    assert.equal(withLexicons('lexicon = ["a", "b"]\n', ['b']), 'lexicon = ["b"]\n');
    assert.equal(withLexicons('lexicon = ["a", "b"]\n', ['b', 'a']), 'lexicon = ["b", "a"]\n');
    const same = 'lexicon = ["a"]\n';
    assert.equal(withLexicons(same, ['a']), same);
  });

  test('nothing is done that would harm the rest', () => {
    assert.equal(withLexicons('lexicon = [', ['a']), undefined);
    // The key stands in a table of another kind: what is changed must be the list itself.
    assert.equal(withLexicons('[severity]\nlexicon = ["a"]\n', ['b'])?.startsWith('lexicon = ["b"]\n'), undefined);
  });

  test('a file of another kind is no lexicon', () => {
    assert.equal(lexiconFacts('[package]\nname = "x"\n'), undefined);
    assert.equal(lexiconFacts('[['), undefined);
    assert.deepEqual(lexiconFacts('[[disable]]\nid = "x/y"\nreason = "r"\n'), { category: undefined, ids: new Set(), hasEntries: false });
  });

  test('the configuration to begin with is one that the program takes, with all that it shows', () => {
    const check = (text: string) => {
      writeFileSync(join(folder, 'wanyan.toml'), text);
      execFileSync(server, ['check', '--config', join(folder, 'wanyan.toml'), '-'], { input: '好的，马上为您处理。\n' });
    };
    check(CONFIG_TEMPLATE);
    const shown = CONFIG_TEMPLATE.replace(/^# (?=[a-z[])/gm, '').replace('lexicon = ["词库.toml"]', '');
    assert.notEqual(shown, CONFIG_TEMPLATE);
    check(shown);
  });
});
