// The languages that the user wants judged.

import * as vscode from 'vscode';

import type { Chosen } from './settings.ts';

export function chosenLanguages(): Chosen {
  const configuration = vscode.workspace.getConfiguration('wanyan');
  // What is no list is as if it were not set.
  const list = (name: string): unknown[] => {
    const value: unknown = configuration.get(name);
    return Array.isArray(value) ? value : (configuration.inspect<unknown[]>(name)?.defaultValue ?? []);
  };
  return { languages: list('languages'), untitledLanguages: list('untitledLanguages') };
}
