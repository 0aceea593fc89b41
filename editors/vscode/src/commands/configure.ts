// On and off, the configuration file, the lexicons.

import { basename } from 'node:path';

import * as vscode from 'vscode';

import { lexiconFacts } from '../lexicon/configEdit.ts';
import { exists, findOrMakeConfig, lexiconFiles, projectFolder, setLexiconFiles } from './files.ts';

/** In this workspace, or everywhere if there is none. */
export async function toggle(): Promise<void> {
  const hasFolder = (vscode.workspace.workspaceFolders ?? []).length > 0;
  const target = hasFolder ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  const document = vscode.window.activeTextEditor?.document;
  const isOn = vscode.workspace.getConfiguration('wanyan', document ?? null).get('enable', true);
  await vscode.workspace.getConfiguration('wanyan').update('enable', !isOn, target);
  const where = hasFolder ? '这个工作区里' : '';
  vscode.window.setStatusBarMessage(`${where}已${isOn ? '关闭' : '打开'}婉言`, 4000);
}

export async function openConfig(): Promise<void> {
  const uri = await findOrMakeConfig();
  if (uri !== undefined) {
    await vscode.window.showTextDocument(uri);
  }
}

type Item = vscode.QuickPickItem & { uri?: vscode.Uri };

const MOST_FILES = 200;

/** Which lexicon files `wanyan.toml` names. */
export async function chooseLexicons(): Promise<void> {
  const folder = projectFolder();
  const config = await findOrMakeConfig();
  if (config === undefined || folder === undefined) {
    return;
  }
  const named = await lexiconFiles(config);
  const found = await lexiconsIn(folder);
  const all = new Map([...named, ...found].map((uri) => [uri.fsPath, uri]));
  const items: Item[] = [];
  for (const uri of all.values()) {
    const picked = named.some((one) => one.fsPath === uri.fsPath);
    const isThere = await exists(uri);
    items.push({
      label: basename(uri.fsPath),
      description: vscode.workspace.asRelativePath(uri),
      picked,
      uri,
      ...(!isThere && { detail: '$(warning) 文件不存在' }),
    });
  }
  items.push({ label: '$(folder-opened) 选择别的文件…' });
  const chosen = await vscode.window.showQuickPick(items, {
    title: `${vscode.workspace.asRelativePath(config)} 用哪些词库`,
    placeHolder: '勾选的词库叠加在内置词库上，后面的优先',
    canPickMany: true,
  });
  if (chosen === undefined) {
    return;
  }
  const picked = chosen.flatMap(({ uri }) => (uri === undefined ? [] : [uri]));
  // In the order in which they stood; new ones last.
  const rank = (uri: vscode.Uri) => {
    const at = named.findIndex((one) => one.fsPath === uri.fsPath);
    return at < 0 ? named.length : at;
  };
  picked.sort((one, other) => rank(one) - rank(other));
  if (chosen.some(({ uri }) => uri === undefined)) {
    const others = await vscode.window.showOpenDialog({
      title: '选择词库文件',
      openLabel: '选择',
      canSelectMany: true,
      defaultUri: folder,
      filters: { 词库: ['toml'] },
    });
    picked.push(...(others ?? []).filter((uri) => !picked.some((one) => one.fsPath === uri.fsPath)));
  }
  await setLexiconFiles(config, picked);
}

/** Files of the folder that read as lexicons. */
async function lexiconsIn(folder: vscode.Uri): Promise<vscode.Uri[]> {
  const pattern = new vscode.RelativePattern(folder, '**/*.toml');
  const files = await vscode.workspace.findFiles(pattern, '**/{node_modules,target,.git}/**', MOST_FILES);
  const lexicons: vscode.Uri[] = [];
  for (const uri of files.sort((one, other) => one.fsPath.localeCompare(other.fsPath, 'zh-CN'))) {
    if (/^\.?wanyan\.toml$/.test(basename(uri.fsPath))) {
      continue;
    }
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    if (text.trim() !== '' && lexiconFacts(text) !== undefined) {
      lexicons.push(uri);
    }
  }
  return lexicons;
}
