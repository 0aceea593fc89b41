// The languages that the user wants judged.

import * as vscode from 'vscode';

import type { Chosen } from './settings.ts';

export function chosenLanguages(): Chosen {
  const configuration = vscode.workspace.getConfiguration('wanyan');
  return {
    languages: configuration.get<unknown[]>('languages', []),
    untitledLanguages: configuration.get<unknown[]>('untitledLanguages', []),
  };
}
