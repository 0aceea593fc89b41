// Makes messages polite: the one under the cursor, those selected, or all of a document.

import * as vscode from 'vscode';

import type { App } from '../app.ts';
import { findingsOf, isDraftDocument } from '../statusBar.ts';
import { running } from './running.ts';

const POLISH = vscode.CodeActionKind.RefactorRewrite.append('wanyan');

export async function polishMessage(app: App): Promise<void> {
  const editor = draftEditor();
  if (editor === undefined || running(app) === undefined) {
    return;
  }
  tell(await polish(editor, editor.selection), '这条消息没有可改的地方');
}

export async function polishDocument(app: App): Promise<void> {
  const editor = draftEditor();
  if (editor === undefined || running(app) === undefined) {
    return;
  }
  const { document } = editor;
  // From the first finding on: the server looks for something to offer only in the first lines of a long range.
  const lines = findingsOf(document.uri).map((finding) => finding.range.start.line);
  const first = Math.min(...lines, document.lineCount - 1);
  const range = new vscode.Range(first, 0, document.lineCount, 0);
  tell(await polish(editor, document.validateRange(range)), '这份草稿没有可改的地方');
}

/** The editor in front, if it shows a draft. */
export function draftEditor(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || !isDraftDocument(editor.document)) {
    void vscode.window.showInformationMessage('请先打开一份草稿（文本、聊天记录、Markdown、CSV、JSON 等；设置 wanyan.languages 里去掉的不算）');
    return undefined;
  }
  return editor;
}

/** Applies the server's action; how many places it changed. */
async function polish(editor: vscode.TextEditor, range: vscode.Range): Promise<number> {
  const { document } = editor;
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    range,
    POLISH.value,
    1,
  );
  const edit = actions.find((action) => action.kind !== undefined && POLISH.contains(action.kind))?.edit;
  if (edit === undefined || edit.size === 0) {
    return 0;
  }
  const places = edit.get(document.uri).length;
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new Error('文字刚刚改过，请再试一次');
  }
  return places;
}

function tell(places: number, otherwise: string): void {
  if (places === 0) {
    void vscode.window.showInformationMessage(otherwise);
  } else {
    vscode.window.setStatusBarMessage(`婉言：改了 ${places} 处，按 Ctrl+Z（macOS 上 ⌘Z）可以撤销`, 5000);
  }
}
