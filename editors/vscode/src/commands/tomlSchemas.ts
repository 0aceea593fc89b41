// Schemas for Even Better TOML. It takes only whole addresses from other extensions, so those of the installed files are
// written into its settings, if the user wants that.

import * as vscode from 'vscode';

import type { App } from '../app.ts';

export const TOML_EXTENSION = 'tamasfe.even-better-toml';
const SECTION = 'evenBetterToml.schema';
const NO_MORE = 'wanyan.noTomlSchemas';

const SCHEMAS = {
  '^.*[/\\\\]\\.?wanyan\\.toml$': 'wanyan.schema.json',
  '^.*(词库|\\.lexicon|%E8%AF%8D%E5%BA%93)\\.toml$': 'lexicon.schema.json',
} as const;

export async function useTomlSchemas(app: App): Promise<void> {
  const folder = vscode.Uri.joinPath(app.context.globalStorageUri, 'schemas');
  const associations: Record<string, string> = {};
  for (const [pattern, name] of Object.entries(SCHEMAS)) {
    // A place that stays when the extension is updated.
    const target = vscode.Uri.joinPath(folder, name);
    const source = vscode.Uri.joinPath(app.context.extensionUri, 'schemas', name);
    await vscode.workspace.fs.copy(source, target, { overwrite: true });
    associations[pattern] = target.toString();
  }
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const known = configuration.get<Record<string, string>>('associations', {});
  await configuration.update('associations', { ...known, ...associations }, vscode.ConfigurationTarget.Global);
  void vscode.window.showInformationMessage('好了：Even Better TOML 现在能补全和检查 wanyan.toml 和词库文件');
}

/** Offers it once, when a configuration file is opened. */
export async function offerTomlSchemas(app: App, document: vscode.TextDocument): Promise<void> {
  const hasExtension = vscode.extensions.getExtension(TOML_EXTENSION) !== undefined;
  await vscode.commands.executeCommand('setContext', 'wanyan.hasTomlExtension', hasExtension);
  if (!hasExtension || !/[/\\]\.?wanyan\.toml$/.test(document.uri.path) || app.context.globalState.get(NO_MORE)) {
    return;
  }
  const known = vscode.workspace.getConfiguration(SECTION).get<Record<string, string>>('associations', {});
  if (Object.keys(SCHEMAS).every((pattern) => pattern in known)) {
    return;
  }
  await app.context.globalState.update(NO_MORE, true);
  const yes = '好';
  const question = '要让 Even Better TOML 补全和检查 wanyan.toml 和词库文件吗？';
  if ((await vscode.window.showInformationMessage(question, yes, '不用')) === yes) {
    await useTomlSchemas(app);
  }
}
