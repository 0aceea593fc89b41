// A new lexicon entry from the selected words, in a lexicon file that the project's configuration names.

import { basename } from 'node:path';

import * as vscode from 'vscode';

import { PHRASE_CATEGORIES } from '../lexicon/categories.ts';
import { lexiconFacts } from '../lexicon/configEdit.ts';
import { freeId, isId, patternOf, WHY_STUB, withEntry } from '../lexicon/skeleton.ts';
import { exists, findOrMakeConfig, lexiconFiles, setLexiconFiles, textOf, writeText } from './files.ts';

/** The passage that a new entry goes by until its author names another: on speaking politely in general. */
const USUAL_SOURCE = 'S1.4';
const LONGEST_IN_TITLE = 12;

export async function newLexiconEntry(): Promise<void> {
  const phrase = await askPhrase();
  if (phrase === undefined) {
    return;
  }
  const config = await findOrMakeConfig();
  if (config === undefined) {
    return;
  }
  const category = await vscode.window.showQuickPick(
    PHRASE_CATEGORIES.map(([id, label]) => ({ label, description: id, id })),
    { title: `“${phrase}”属于哪一类`, matchOnDescription: true },
  );
  if (category === undefined) {
    return;
  }
  const file = await askFile(config, category.id, category.label);
  if (file === undefined) {
    return;
  }
  const before = (await exists(file)) ? await textOf(file) : '';
  const taken = lexiconFacts(before)?.ids ?? new Set<string>();
  const id = await vscode.window.showInputBox({
    title: `规则名：${category.id}/…`,
    prompt: '小写字母、数字和 -',
    value: freeId(taken),
    validateInput: (text) => {
      if (!isId(text)) {
        return '只能用小写字母、数字和 -，例如 cannot-refund';
      }
      return taken.has(text) ? '这个文件里已经有这个名字' : undefined;
    },
  });
  if (id === undefined) {
    return;
  }
  const title = await vscode.window.showInputBox({
    title: '查出来时怎么说（几个字）',
    value: `说“${shortened(phrase)}”`,
    validateInput: (text) => (text.trim() === '' ? '请写几个字' : undefined),
  });
  if (title === undefined) {
    return;
  }
  const entry = { category: category.id, id, title: title.trim(), phrase };
  await writeText(file, withEntry(before, entry, USUAL_SOURCE));
  const named = await lexiconFiles(config);
  if (!named.some((one) => one.fsPath === file.fsPath)) {
    await setLexiconFiles(config, [...named, file]);
  }
  await showStub(file);
}

async function askPhrase(): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  const selected = editor?.document.getText(editor.selection).trim() ?? '';
  const fault = (text: string) =>
    patternOf(text) === undefined ? '要在一行里，至少两个字，最多六十个字' : undefined;
  if (selected !== '' && fault(selected) === undefined) {
    return selected;
  }
  const typed = await vscode.window.showInputBox({
    title: '哪句话要查出来',
    value: selected.split(/\r?\n/, 1)[0] ?? '',
    validateInput: fault,
  });
  return typed?.trim();
}

/** A lexicon of the configuration that takes entries of that category, or a new one. */
async function askFile(config: vscode.Uri, category: string, label: string): Promise<vscode.Uri | undefined> {
  const items: (vscode.QuickPickItem & { uri?: vscode.Uri })[] = [];
  for (const uri of await lexiconFiles(config)) {
    const facts = (await exists(uri)) ? lexiconFacts(await textOf(uri)) : undefined;
    // A file says its category once, at its top.
    if (facts?.category === category) {
      items.push({ label: basename(uri.fsPath), description: vscode.workspace.asRelativePath(uri), uri });
    }
  }
  items.push({ label: '$(new-file) 新建词库文件…', description: `放“${label}”的条目` });
  const chosen = await vscode.window.showQuickPick(items, { title: '写进哪个词库' });
  if (chosen === undefined || chosen.uri !== undefined) {
    return chosen?.uri;
  }
  const folder = vscode.Uri.joinPath(config, '..');
  const name = await vscode.window.showInputBox({
    title: '新词库的文件名',
    value: `${label}词库.toml`,
    validateInput: async (text) => {
      if (!/^[^<>:"|?*\\]+\.toml$/.test(text)) {
        return '文件名要以 .toml 结尾';
      }
      return (await exists(vscode.Uri.joinPath(folder, text))) ? '已经有这个文件' : undefined;
    },
  });
  return name === undefined ? undefined : vscode.Uri.joinPath(folder, name);
}

/** Opens the file at the first thing that is still to be written. */
async function showStub(file: vscode.Uri): Promise<void> {
  const editor = await vscode.window.showTextDocument(file);
  const at = editor.document.getText().lastIndexOf(WHY_STUB);
  if (at >= 0) {
    const { document } = editor;
    editor.selection = new vscode.Selection(document.positionAt(at), document.positionAt(at + WHY_STUB.length));
    editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenter);
  }
}

function shortened(phrase: string): string {
  const characters = [...phrase];
  return characters.length > LONGEST_IN_TITLE ? `${characters.slice(0, LONGEST_IN_TITLE).join('')}…` : phrase;
}
