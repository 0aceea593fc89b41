// Quick fixes that write into `wanyan.toml`: the server goes by the file on disk, so it is saved, and the user is told what
// is still to be written there.

import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';

const SAVE = 'wanyan.saveConfig';

export const resolveCodeAction: NonNullable<Middleware['resolveCodeAction']> = async (item, token, next) => {
  const action = await next(item, token);
  const config = action?.edit?.entries().map(([uri]) => uri).find(isConfig);
  if (action !== undefined && action !== null && config !== undefined && !isDirty(config)) {
    action.command = { command: SAVE, title: '保存 wanyan.toml', arguments: [config] };
  }
  return action;
};

export function registerSaving(): vscode.Disposable {
  return vscode.commands.registerCommand(SAVE, async (uri: vscode.Uri) => {
    const document = await vscode.workspace.openTextDocument(uri);
    if (!(await document.save())) {
      return;
    }
    const open = '打开';
    const said = '已写进 wanyan.toml。打开它可以补上原因，或者撤销。';
    if ((await vscode.window.showInformationMessage(said, open)) === open) {
      await vscode.window.showTextDocument(document);
    }
  });
}

function isConfig(uri: vscode.Uri): boolean {
  return /\/\.?wanyan\.toml$/.test(uri.path);
}

/** What the user has not saved is not saved for him. */
function isDirty(uri: vscode.Uri): boolean {
  return vscode.workspace.textDocuments.some(
    (document) => document.isDirty && document.uri.toString() === uri.toString(),
  );
}
