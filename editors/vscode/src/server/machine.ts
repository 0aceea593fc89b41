// The machine as the search for the server sees it.

import { accessSync, chmodSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';

import { type Access, bundledPath, type Surroundings } from './lookup.ts';

export function surroundings(extensionPath: string, workspaceFolder: string | undefined): Surroundings {
  return {
    platform: process.platform,
    env: process.env,
    home: homedir(),
    workspaceFolder,
    extensionPath,
    access,
  };
}

export function access(path: string): Access {
  try {
    if (statSync(path).isDirectory()) {
      return 'folder';
    }
    accessSync(path, constants.X_OK);
    return 'runnable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'not-runnable' : 'missing';
  }
}

/** Some ways of installing an extension lose the mode of its files. */
export function makeBundledRunnable(where: Surroundings): void {
  const path = bundledPath(where);
  if (where.access(path) === 'not-runnable') {
    try {
      chmodSync(path, 0o755);
    } catch {
      // The search tells what is wrong.
    }
  }
}
