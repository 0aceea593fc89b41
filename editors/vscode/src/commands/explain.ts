// Why a rule is there: its documentation in a preview beside the draft.

import * as vscode from 'vscode';

import type { App } from '../app.ts';
import { RULE_PATH } from '../server/ruleUrl.ts';
import { findingsOf } from '../statusBar.ts';
import { draftEditor } from './polish.ts';
import { attempt, running } from './running.ts';

/** The documentation of rules as read-only documents. */
export class RuleDocuments implements vscode.TextDocumentContentProvider {
  static readonly scheme = 'wanyan-rule';
  readonly #texts = new Map<string, string>();

  put(rule: string, title: string, markdown: string): vscode.Uri {
    const name = title.replace(/[\\/?#]/g, ' ').trim();
    const uri = vscode.Uri.from({ scheme: RuleDocuments.scheme, path: `/${rule}/${name}.md` });
    this.#texts.set(uri.toString(), markdown);
    return uri;
  }

  provideTextDocumentContent(uri: vscode.Uri): string | undefined {
    return this.#texts.get(uri.toString());
  }
}

export async function explainFinding(app: App, documents: RuleDocuments): Promise<void> {
  const editor = draftEditor();
  if (editor === undefined || running(app) === undefined) {
    return;
  }
  const rule = await chooseRule(editor);
  if (rule === undefined) {
    return;
  }
  await explainRule(app, documents, rule, editor.document.uri);
}

/** Shows the documentation of a rule, as the project of `document` has it. */
async function explainRule(app: App, documents: RuleDocuments, rule: string, document?: vscode.Uri): Promise<void> {
  const asked = document === undefined ? [rule] : [rule, document.toString()];
  const answer = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: '婉言：正在查规则说明' },
    () => app.server.execute('wanyan.explainRule', ...asked),
  );
  const { title = rule, markdown } = (answer ?? {}) as { title?: string; markdown?: string };
  if (markdown === undefined) {
    throw new Error(`没有规则 ${rule} 的说明`);
  }
  const uri = documents.put(rule, title, markdown);
  await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
}

/** Opens what stands behind the code of a finding. */
export class RuleLinks implements vscode.UriHandler {
  readonly #app: App;
  readonly #documents: RuleDocuments;

  constructor(app: App, documents: RuleDocuments) {
    this.#app = app;
    this.#documents = documents;
  }

  async handleUri(uri: vscode.Uri): Promise<void> {
    if (uri.path !== RULE_PATH || running(this.#app) === undefined) {
      return;
    }
    const document = draftEditor()?.document.uri;
    await attempt(this.#app, uri.path, () => explainRule(this.#app, this.#documents, uri.query, document));
  }
}

/** The rule of the finding at the cursor; where there is none or more than one, the user chooses. */
async function chooseRule(editor: vscode.TextEditor): Promise<string | undefined> {
  const found = findingsOf(editor.document.uri);
  const here = found.filter((finding) => finding.range.contains(editor.selection.active));
  const offered = here.length > 0 ? here : found;
  const items = new Map<string, vscode.QuickPickItem & { rule: string }>();
  for (const finding of offered) {
    const rule = ruleOf(finding);
    const words = editor.document.getText(finding.range);
    if (rule !== undefined && !items.has(rule)) {
      const label = finding.message.split(/\r?\n/, 1)[0] ?? rule;
      items.set(rule, { label, description: `“${words}”`, detail: rule, rule });
    }
  }
  if (items.size === 0) {
    void vscode.window.showInformationMessage('这份草稿没有查出问题，没有规则可说明');
    return undefined;
  }
  const list = [...items.values()];
  if (here.length > 0 && list.length === 1) {
    return list[0]?.rule;
  }
  return (await vscode.window.showQuickPick(list, { title: '说明哪一条规则' }))?.rule;
}

export function ruleOf({ code }: vscode.Diagnostic): string | undefined {
  const value = typeof code === 'object' ? code.value : code;
  return typeof value === 'string' && value.includes('/') ? value : undefined;
}
