import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';

import { CATEGORIES } from '../../src/lexicon/categories.ts';
import { identify, probe } from '../../src/server/probe.ts';
import { describe as told } from '../../src/server/problem.ts';
import { MOST_RESTARTS, Restarts, WITHIN_MS } from '../../src/server/restarts.ts';
import { documentSelector, isDraft, isSent, LANGUAGES, serverSettings } from '../../src/settings.ts';
import { type ServerState, statusText } from '../../src/statusText.ts';
import manifest from '../../package.json' with { type: 'json' };
import texts from '../../package.nls.json' with { type: 'json' };
import chinese from '../../package.nls.zh-cn.json' with { type: 'json' };

const server = process.env['WANYAN_BIN'] ?? assert.fail('WANYAN_BIN names the server');

describe('a program is asked who it is', () => {
  test('what it says', () => {
    assert.deepEqual(identify('wanyan 0.1.0\n'), { kind: 'wanyan', version: '0.1.0' });
    assert.deepEqual(identify('wanyan 1.2.3-rc.1\r\n'), { kind: 'wanyan', version: '1.2.3-rc.1' });
    assert.deepEqual(identify('ls (GNU coreutils) 9.1\nmore'), { kind: 'other', said: 'ls (GNU coreutils) 9.1' });
    assert.deepEqual(identify(''), { kind: 'other', said: '' });
    assert.equal(identify('wanyan-helper 1.0.0').kind, 'other');
  });

  test('the real one and others', async () => {
    assert.equal((await probe(server)).kind, 'wanyan');
    assert.equal((await probe('/bin/ls')).kind, 'other');
    assert.equal((await probe('/bin/false')).kind, 'other');
    assert.equal((await probe('/nowhere')).kind, 'other');
  });
});

test('every problem is told with what it is about', () => {
  assert.match(told({ kind: 'bad-setting', path: '/x', why: 'missing' }), /不存在：\/x$/);
  assert.match(told({ kind: 'bad-setting', path: '/x', why: 'folder' }), /文件夹.*：\/x$/);
  assert.match(told({ kind: 'bad-setting', path: '/x', why: 'not-runnable' }), /执行权限：\/x$/);
  assert.match(told({ kind: 'wrong-program', path: '/bin/ls', said: 'ls 9' }), /\/bin\/ls.*“ls 9”/);
  assert.doesNotMatch(told({ kind: 'wrong-program', path: '/bin/ls', said: '' }), /“/);
  assert.match(told({ kind: 'missing', tried: [] }), /没有找到/);
});

test('a server is started again some times, not for ever', () => {
  const restarts = new Restarts();
  for (let time = 0; time < MOST_RESTARTS; time++) {
    assert.equal(restarts.ended(time), true);
  }
  assert.equal(restarts.ended(MOST_RESTARTS), false);
  assert.equal(restarts.ended(MOST_RESTARTS + WITHIN_MS), true, 'long after the others');
  restarts.forget();
  assert.equal(restarts.ended(WITHIN_MS), true);
});

describe('the status bar', () => {
  const running: ServerState = { kind: 'running', path: '/x', version: '0.1.0' };
  const none = { errors: 0, warnings: 0, infos: 0, hints: 0 };

  test('counts the findings of the draft', () => {
    assert.deepEqual(statusText(running, true, { ...none, warnings: 2, hints: 1 }), {
      text: '$(warning) 婉言 3',
      tooltip: '这份草稿查出：警告 2 处，提示 1 处',
      level: 'plain',
    });
    assert.equal(statusText(running, true, { ...none, errors: 1, warnings: 1 }).text, '$(error) 婉言 2');
    assert.equal(statusText(running, true, none).text, '$(check) 婉言');
    assert.match(statusText(running, true, undefined).tooltip, /0\.1\.0/);
  });

  test('tells the state of the server before all', () => {
    assert.match(statusText(running, false, { ...none, errors: 1 }).tooltip, /已关闭/);
    const failed = statusText({ kind: 'failed', problem: { kind: 'missing', tried: [] } }, true, none);
    assert.equal(failed.level, 'error');
    assert.equal(statusText({ kind: 'restarting' }, true, none).level, 'warning');
  });
});

describe('settings', () => {
  test('of nothing are the usual ones', () => {
    assert.deepEqual(serverSettings(undefined, '/h'), {
      settings: {
        enable: true, configFile: '', lexicons: [], minSeverity: 'hint', severity: {}, register: 'auto', agentLabels: [], customerLabels: [],
      },
      faults: [],
    });
  });

  test('paths begin at home or in the folder', () => {
    const raw = { lexicons: ['~/a.toml', 'b.toml', '/c.toml', '${workspaceFolder}/d.toml'], configFile: 'x.toml' };
    const { settings, faults } = serverSettings(raw, '/h', '/w');
    assert.deepEqual(settings.lexicons, ['/h/a.toml', '/w/b.toml', '/c.toml', '/w/d.toml']);
    assert.equal(settings.configFile, '/w/x.toml');
    assert.deepEqual(faults, []);
    assert.deepEqual(serverSettings({ lexicons: ['b.toml'] }, '/h').settings.lexicons, ['b.toml']);
  });

  test('what cannot be used is told and left out; the rest counts', () => {
    const raw = {
      enable: 'no', minSeverity: 'bad', register: 'chat', severity: { arguing: 'off', structure: 'loud' }, agentLabels: ['小美', 3, ' '], customerLabels: '会员',
    };
    const { settings, faults } = serverSettings(raw, '/h');
    assert.deepEqual([settings.enable, settings.minSeverity, settings.register], [true, 'hint', 'chat']);
    assert.deepEqual(settings.severity, { arguing: 'off' });
    assert.deepEqual([settings.agentLabels, settings.customerLabels], [['小美'], []]);
    assert.equal(faults.length, 6);
    assert.ok(faults.some((fault) => fault.includes('wanyan.severity.structure') && fault.includes('loud')));
  });

  test('what else is set is not sent', () => {
    const raw = { server: { path: '/x' }, trace: { server: 'verbose' }, untitledLanguages: [] };
    assert.deepEqual(serverSettings(raw, '/h').settings, serverSettings({}, '/h').settings);
  });

  test('drafts are files of the languages chosen, and untitled ones of those chosen for them', () => {
    const [file, untitled] = [
      (id: string, path = '/草稿', languages: readonly string[] = LANGUAGES) => isDraft('file', path, id, { languages, untitledLanguages: [] }),
      (id: string, untitledLanguages: string[]) => isDraft('untitled', 'Untitled-1', id, { languages: LANGUAGES, untitledLanguages }),
    ];
    assert.ok(file('markdown') && file('wanyan-transcript') && file('jsonl') && file('jsonc') && file('gettext'));
    assert.ok(untitled('plaintext', ['plaintext']) && !untitled('plaintext', ['markdown']) && untitled('csv', ['csv']));
    assert.ok(!file('rust') && !untitled('rust', ['rust']) && !file('plaintext', '/草稿.txt', ['rust', 'markdown']));
    assert.ok(!isDraft('git', '/草稿.txt', 'plaintext', { languages: LANGUAGES, untitledLanguages: ['plaintext'] }));
    // Whatever the editor takes a table for, it is one.
    for (const id of ['plaintext', 'csv', 'dynamic csv']) {
      assert.ok(file(id, '/话术.CSV') && !file(id, '/话术.csv', LANGUAGES.filter((name) => name !== 'csv')), id);
    }
    assert.ok(file('xml', '/app/res/values-zh-rCN/strings.xml') && !file('xml', '/pom.xml'));
    // TOML, but what wanyan itself reads.
    assert.ok(file('toml', '/回复.toml') && file('plaintext', '/回复.toml'));
    for (const own of ['/wanyan.toml', '/.wanyan.toml', '/售后词库.toml', '/a.lexicon.toml']) {
      assert.ok(!file('toml', own) && !file('plaintext', own), own);
    }
  });

  test('the server is told of what is judged and of its configuration', () => {
    const chosen = { languages: ['plaintext', 'po', 3], untitledLanguages: ['markdown', 'rust'] };
    assert.deepEqual(documentSelector(chosen), [
      { scheme: 'file', language: 'plaintext' },
      ...['po', 'pot', 'gettext'].map((language) => ({ scheme: 'file', language })),
      { scheme: 'file', pattern: '**/*.{po,pot}' },
      { scheme: 'untitled', language: 'markdown' },
      { scheme: 'file', pattern: '**/{wanyan,.wanyan}.toml' },
    ]);
    assert.ok(isSent('file', '/wanyan.toml', 'plaintext', chosen) && isSent('file', '/草稿', 'plaintext', chosen));
    assert.ok(!isSent('file', '/话术.csv', 'plaintext', chosen) && !isSent('untitled', '/wanyan.toml', 'toml', chosen));
  });
});

describe('the manifest', () => {
  const { properties } = manifest.contributes.configuration;

  test('names the categories that the server knows', () => {
    const rules = JSON.parse(execFileSync(server, ['rules', '--format', 'json'], { encoding: 'utf8', maxBuffer: 1 << 26 })) as {
      category: string;
      category_title: string;
    }[];
    const known = new Map(rules.map((rule) => [rule.category, rule.category_title]));
    assert.deepEqual(new Map(CATEGORIES), known);
    assert.deepEqual(Object.keys(properties['wanyan.severity'].properties).sort(), [...known.keys()].sort());
  });

  test('every text is there, and every text is used', () => {
    const used = new Set([...JSON.stringify(manifest).matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    assert.deepEqual([...used].sort(), Object.keys(texts).sort());
    assert.deepEqual(Object.keys(chinese).filter((key) => !(key in texts)), []);
  });

  test('every language can be chosen, and all that have an id open the extension', () => {
    const { items, default: usual } = properties['wanyan.languages'];
    assert.deepEqual([items.enum, usual], [LANGUAGES, LANGUAGES]);
    assert.deepEqual(properties['wanyan.untitledLanguages'].items.enum, LANGUAGES.filter((name) => !['xml', 'strings'].includes(name)));
    const opening = documentSelector({ languages: LANGUAGES, untitledLanguages: [] }).flatMap(({ language }) => language ?? []);
    const openedBy = (language: string) => manifest.activationEvents.includes(`onLanguage:${language}`);
    assert.deepEqual(opening.filter((language) => !openedBy(language)), []);
  });

  test('settings begin with what the server takes for usual', () => {
    const usual = serverSettings({}, '/h').settings;
    for (const [name, value] of Object.entries(usual)) {
      assert.deepEqual(properties[`wanyan.${name}` as keyof typeof properties].default, value, name);
    }
  });
});
