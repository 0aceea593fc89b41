// Where the server's binary is: the setting, then the one in the extension, then PATH.

import { posix, win32 } from 'node:path';

export type Access = 'runnable' | 'not-runnable' | 'folder' | 'missing';

export type Origin = 'setting' | 'bundled' | 'path';

/** What the search needs to know of the machine. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** The first folder of the workspace. */
  readonly workspaceFolder?: string | undefined;
  readonly extensionPath: string;
  access(path: string): Access;
}

export type Lookup =
  | { readonly kind: 'found'; readonly path: string; readonly origin: Origin }
  /** The setting names something that cannot be run. Nothing else is taken in its place. */
  | { readonly kind: 'bad-setting'; readonly path: string; readonly why: Exclude<Access, 'runnable'> }
  /** The extension holds a binary that may not be run. */
  | { readonly kind: 'bad-bundled'; readonly path: string; readonly why: Exclude<Access, 'runnable' | 'missing'> }
  | { readonly kind: 'missing'; readonly tried: readonly string[] };

export function programName(platform: NodeJS.Platform): string {
  return platform === 'win32' ? 'wanyan.exe' : 'wanyan';
}

export function bundledPath(surroundings: Surroundings): string {
  return paths(surroundings).join(surroundings.extensionPath, 'server', programName(surroundings.platform));
}

export function findServer(setting: string, surroundings: Surroundings): Lookup {
  const wanted = setting.trim();
  if (wanted !== '') {
    return fromSetting(wanted, surroundings);
  }
  const bundled = bundledPath(surroundings);
  const access = surroundings.access(bundled);
  if (access === 'runnable') {
    return { kind: 'found', path: bundled, origin: 'bundled' };
  }
  const onPath = inPath(programName(surroundings.platform), surroundings);
  if (onPath !== undefined) {
    return { kind: 'found', path: onPath, origin: 'path' };
  }
  if (access !== 'missing') {
    return { kind: 'bad-bundled', path: bundled, why: access };
  }
  return { kind: 'missing', tried: [bundled, ...searchPath(surroundings)] };
}

/** A leading `~` and `${workspaceFolder}` spelled out. */
export function expanded(path: string, home: string, workspaceFolder?: string): string {
  let result = path.replace(/^~(?=$|[/\\])/, () => home);
  if (workspaceFolder !== undefined) {
    result = result.replace(/\$\{workspaceFolder\}/g, () => workspaceFolder);
  }
  return result;
}

function fromSetting(wanted: string, surroundings: Surroundings): Lookup {
  // A bare name is a command.
  if (!/[/\\]/.test(wanted) && !wanted.startsWith('~')) {
    const found = inPath(wanted, surroundings);
    if (found !== undefined) {
      return { kind: 'found', path: found, origin: 'setting' };
    }
  }
  let path = expanded(wanted, surroundings.home, surroundings.workspaceFolder);
  if (!paths(surroundings).isAbsolute(path) && surroundings.workspaceFolder !== undefined) {
    path = paths(surroundings).join(surroundings.workspaceFolder, path);
  }
  const access = surroundings.access(path);
  return access === 'runnable'
    ? { kind: 'found', path, origin: 'setting' }
    : { kind: 'bad-setting', path, why: access };
}

function inPath(name: string, surroundings: Surroundings): string | undefined {
  const names =
    surroundings.platform === 'win32' && !/\.[a-z]+$/i.test(name) ? [`${name}.exe`] : [name];
  for (const folder of searchPath(surroundings)) {
    for (const one of names) {
      const path = paths(surroundings).join(folder, one);
      if (surroundings.access(path) === 'runnable') {
        return path;
      }
    }
  }
  return undefined;
}

function searchPath({ env, platform }: Surroundings): string[] {
  const list = env['PATH'] ?? env['Path'] ?? '';
  return list.split(platform === 'win32' ? ';' : ':').filter((folder) => folder !== '');
}

function paths({ platform }: Surroundings): typeof posix {
  return platform === 'win32' ? win32 : posix;
}
