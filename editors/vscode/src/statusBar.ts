// The status bar item: findings of the draft in front, state of the server; a click opens the menu.

import * as vscode from 'vscode';

import type { App } from './app.ts';
import { chosenLanguages } from './chosen.ts';
import { isDraft } from './settings.ts';
import { type Counts, statusText } from './statusText.ts';

/** Whose findings are counted. */
export const SOURCE = 'wanyan';

export function isDraftDocument(document: vscode.TextDocument): boolean {
  return isDraft(document.uri.scheme, document.uri.path, document.languageId, chosenLanguages());
}

export function findingsOf(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter((diagnostic) => diagnostic.source === SOURCE);
}

export class StatusBar implements vscode.Disposable {
  readonly #app: App;
  readonly #item: vscode.StatusBarItem;
  readonly #disposables: vscode.Disposable[];

  constructor(app: App) {
    this.#app = app;
    this.#item = vscode.window.createStatusBarItem('wanyan.status', vscode.StatusBarAlignment.Right, 100);
    this.#item.name = '婉言';
    this.#item.command = 'wanyan.showMenu';
    const update = () => this.update();
    this.#disposables = [
      this.#item,
      app.server.onDidChangeState(update),
      vscode.window.onDidChangeActiveTextEditor(update),
      vscode.workspace.onDidOpenTextDocument(update),
      vscode.workspace.onDidChangeConfiguration(update),
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        const active = vscode.window.activeTextEditor?.document.uri.toString();
        if (uris.some((uri) => uri.toString() === active)) {
          update();
        }
      }),
    ];
    update();
    this.#item.show();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  update(): void {
    const document = vscode.window.activeTextEditor?.document;
    const draft = document !== undefined && isDraftDocument(document) ? document : undefined;
    void vscode.commands.executeCommand('setContext', 'wanyan.isDraft', draft !== undefined);
    const isOn = vscode.workspace.getConfiguration('wanyan', document ?? null).get('enable', true);
    const { text, tooltip, level } = statusText(this.#app.server.state, isOn, draft && countsOf(draft.uri));
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: `婉言：${tooltip}` };
    this.#item.backgroundColor =
      level === 'plain' ? undefined : new vscode.ThemeColor(`statusBarItem.${level}Background`);
  }
}

function countsOf(uri: vscode.Uri): Counts {
  const found = findingsOf(uri);
  const count = (severity: vscode.DiagnosticSeverity) => found.filter((one) => one.severity === severity).length;
  return {
    errors: count(vscode.DiagnosticSeverity.Error),
    warnings: count(vscode.DiagnosticSeverity.Warning),
    infos: count(vscode.DiagnosticSeverity.Information),
    hints: count(vscode.DiagnosticSeverity.Hint),
  };
}
