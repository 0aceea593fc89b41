import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { type Access, expanded, findServer, type Surroundings } from '../../src/server/lookup.ts';
import { access, makeBundledRunnable, surroundings } from '../../src/server/machine.ts';

function machine(files: Record<string, Access>, more: Partial<Surroundings> = {}): Surroundings {
  return {
    platform: 'linux',
    env: { PATH: '/usr/bin:/opt/bin' },
    home: '/home/li',
    workspaceFolder: '/work',
    extensionPath: '/ext',
    access: (path) => files[path] ?? 'missing',
    ...more,
  };
}

describe('the server is looked for', () => {
  const everywhere = { '/my/wanyan': 'runnable', '/ext/server/wanyan': 'runnable', '/opt/bin/wanyan': 'runnable' } as const;

  test('in the setting, then in the extension, then in PATH', () => {
    assert.deepEqual(findServer('/my/wanyan', machine(everywhere)), { kind: 'found', path: '/my/wanyan', origin: 'setting' });
    assert.deepEqual(findServer(' ', machine(everywhere)), { kind: 'found', path: '/ext/server/wanyan', origin: 'bundled' });
    assert.deepEqual(findServer('', machine({ '/opt/bin/wanyan': 'runnable' })), { kind: 'found', path: '/opt/bin/wanyan', origin: 'path' });
  });

  test('a wrong setting is told, not passed over', () => {
    for (const why of ['missing', 'folder', 'not-runnable'] as const) {
      assert.deepEqual(findServer('/bad', machine({ ...everywhere, '/bad': why })), { kind: 'bad-setting', path: '/bad', why });
    }
  });

  test('a setting may be a command, relative, or begin at home', () => {
    const files = { '/opt/bin/wanyan-2': 'runnable', '/work/tools/wanyan': 'runnable', '/home/li/wanyan': 'runnable' } as const;
    const path = (setting: string) => findServer(setting, machine(files));
    assert.deepEqual(path('wanyan-2'), { kind: 'found', path: '/opt/bin/wanyan-2', origin: 'setting' });
    assert.deepEqual(path('tools/wanyan'), { kind: 'found', path: '/work/tools/wanyan', origin: 'setting' });
    assert.deepEqual(path('${workspaceFolder}/tools/wanyan'), { kind: 'found', path: '/work/tools/wanyan', origin: 'setting' });
    assert.deepEqual(path('~/wanyan'), { kind: 'found', path: '/home/li/wanyan', origin: 'setting' });
  });

  test('what may not be run in PATH is passed over', () => {
    const files = { '/usr/bin/wanyan': 'not-runnable', '/opt/bin/wanyan': 'runnable' } as const;
    assert.deepEqual(findServer('', machine(files)), { kind: 'found', path: '/opt/bin/wanyan', origin: 'path' });
  });

  test('where there is none, it is told where it was looked for', () => {
    assert.deepEqual(findServer('', machine({})), { kind: 'missing', tried: ['/ext/server/wanyan', '/usr/bin', '/opt/bin'] });
    assert.deepEqual(findServer('', machine({ '/ext/server/wanyan': 'not-runnable' })), {
      kind: 'bad-bundled',
      path: '/ext/server/wanyan',
      why: 'not-runnable',
    });
  });

  test('on Windows', () => {
    const files = { 'C:\\bin\\wanyan.exe': 'runnable' } as const;
    const windows = machine(files, { platform: 'win32', env: { Path: 'C:\\x;C:\\bin' }, extensionPath: 'C:\\ext' });
    assert.deepEqual(findServer('', windows), { kind: 'found', path: 'C:\\bin\\wanyan.exe', origin: 'path' });
    assert.deepEqual(findServer('wanyan', windows), { kind: 'found', path: 'C:\\bin\\wanyan.exe', origin: 'setting' });
  });

  test('only a leading ~ is home, and a $ in a path is one', () => {
    assert.equal(expanded('~/a~b', '/h$&'), '/h$&/a~b');
    assert.equal(expanded('a/~', '/h'), 'a/~');
    assert.equal(expanded('${workspaceFolder}/x', '/h', '/$1'), '/$1/x');
  });
});

describe('on this machine', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wanyan-lookup-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('files are told apart', () => {
    const [plain, program] = [join(folder, 'plain'), join(folder, 'program')];
    writeFileSync(plain, '');
    chmodSync(plain, 0o644);
    writeFileSync(program, '', { mode: 0o755 });
    assert.deepEqual([plain, program, folder, join(folder, 'none')].map(access), ['not-runnable', 'runnable', 'folder', 'missing']);
  });

  test('a bundled server that lost its mode gets it back', () => {
    mkdirSync(join(folder, 'server'));
    const program = join(folder, 'server/wanyan');
    writeFileSync(program, '', { mode: 0o644 });
    makeBundledRunnable({ ...surroundings(folder, undefined), platform: 'linux' });
    assert.equal(statSync(program).mode & 0o777, 0o755);
  });
});
