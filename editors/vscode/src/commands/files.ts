// Files of a project: its configuration and its lexicons.

import { dirname, join, relative } from 'node:path';

import * as vscode from 'vscode';

import { CONFIG_TEMPLATE } from '../lexicon/configTemplate.ts';
import { lexiconsOf, withLexicons } from '../lexicon/configEdit.ts';

const CONFIG_NAMES = ['wanyan.toml', '.wanyan.toml'];

/** The folder whose configuration a document goes by; without a document, the first folder. */
export function projectFolder(): vscode.Uri | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const own = uri === undefined ? undefined : vscode.workspace.getWorkspaceFolder(uri);
  const folder = own ?? vscode.workspace.workspaceFolders?.[0];
  if (folder !== undefined) {
    return folder.uri.scheme === 'file' ? folder.uri : undefined;
  }
  return uri?.scheme === 'file' ? vscode.Uri.joinPath(uri, '..') : undefined;
}

/** The configuration that the document in front goes by: in its folder or one above it. */
export async function findConfig(): Promise<vscode.Uri | undefined> {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const start = uri?.scheme === 'file' ? vscode.Uri.joinPath(uri, '..') : projectFolder();
  if (start === undefined) {
    return undefined;
  }
  for (let folder = start.fsPath; ; folder = dirname(folder)) {
    for (const name of CONFIG_NAMES) {
      const candidate = vscode.Uri.file(join(folder, name));
      if (await exists(candidate)) {
        return candidate;
      }
    }
    if (dirname(folder) === folder) {
      return undefined;
    }
  }
}

/** The configuration, made if the user agrees. */
export async function findOrMakeConfig(): Promise<vscode.Uri | undefined> {
  const known = await findConfig();
  if (known !== undefined) {
    return known;
  }
  const folder = projectFolder();
  if (folder === undefined) {
    void vscode.window.showInformationMessage('请先打开放草稿的文件夹，wanyan.toml 放在那里');
    return undefined;
  }
  const create = '新建';
  const chosen = await vscode.window.showInformationMessage(
    `${vscode.workspace.asRelativePath(folder, true)} 里还没有 wanyan.toml，要新建一个吗？`,
    create,
  );
  if (chosen !== create) {
    return undefined;
  }
  const uri = vscode.Uri.joinPath(folder, 'wanyan.toml');
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(CONFIG_TEMPLATE));
  return uri;
}

export async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

/** A file as it stands in the editor or on disk. */
export async function textOf(uri: vscode.Uri): Promise<string> {
  return (await vscode.workspace.openTextDocument(uri)).getText();
}

/** Writes a file through the editor, so that what is open there and what is undone stays right. */
export async function writeText(uri: vscode.Uri, text: string): Promise<void> {
  if (!(await exists(uri))) {
    await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(uri, '..'));
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  const end = document.lineAt(document.lineCount - 1).range.end;
  edit.replace(uri, new vscode.Range(new vscode.Position(0, 0), end), text);
  if (!(await vscode.workspace.applyEdit(edit)) || !(await document.save())) {
    throw new Error(`没能写入 ${vscode.workspace.asRelativePath(uri)}`);
  }
}

/** The lexicons that a configuration names, as files. */
export async function lexiconFiles(config: vscode.Uri): Promise<vscode.Uri[]> {
  const paths = lexiconsOf(await textOf(config));
  if (paths === undefined) {
    throw new Error(`${vscode.workspace.asRelativePath(config)} 写法有误，请先改好`);
  }
  return paths.map((path) => resolved(config, path));
}

/** Makes a configuration name these lexicons. */
export async function setLexiconFiles(config: vscode.Uri, files: readonly vscode.Uri[]): Promise<void> {
  const text = await textOf(config);
  const before = lexiconsOf(text) ?? [];
  // What was written in another way stays as it was written.
  const written = (file: vscode.Uri) =>
    before.find((path) => resolved(config, path).fsPath === file.fsPath) ??
    relative(dirname(config.fsPath), file.fsPath).replace(/\\/g, '/');
  const after = withLexicons(text, files.map(written));
  if (after === undefined) {
    throw new Error(`${vscode.workspace.asRelativePath(config)} 里的 lexicon 不好自动修改，请手工改`);
  }
  if (after !== text) {
    await writeText(config, after);
  }
}

function resolved(config: vscode.Uri, path: string): vscode.Uri {
  const isAbsolute = path.startsWith('/') || /^[a-z]:[\\/]/i.test(path);
  return isAbsolute ? vscode.Uri.file(path) : vscode.Uri.file(join(dirname(config.fsPath), path));
}
