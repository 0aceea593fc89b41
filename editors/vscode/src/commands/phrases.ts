// A recommended form, chosen from a list by scene and found by its words, its pinyin or the initials of it.

import * as vscode from 'vscode';

import type { App } from '../app.ts';
import { type Phrase, readPhrases, search, snippetInJson } from '../phrases/search.ts';
import { draftEditor } from './polish.ts';
import { running } from './running.ts';

type Item = vscode.QuickPickItem & { phrase?: Phrase };

export async function insertPhrase(app: App): Promise<void> {
  const editor = draftEditor();
  if (editor === undefined || running(app) === undefined) {
    return;
  }
  const phrases = readPhrases(await app.server.execute('wanyan.recommendedForms'));
  if (phrases.length === 0) {
    void vscode.window.showWarningMessage(
      '这个版本的婉言程序不能列出推荐用语。可以在草稿里一个词的开头打 / 或 、，再打拼音。',
    );
    return;
  }
  const chosen = await choose(phrases);
  if (chosen === undefined) {
    return;
  }
  const isJson = ['json', 'jsonc', 'jsonl'].includes(editor.document.languageId);
  const snippet = isJson ? snippetInJson(chosen.snippet) : chosen.snippet;
  await editor.insertSnippet(new vscode.SnippetString(snippet));
}

function choose(phrases: readonly Phrase[]): Promise<Phrase | undefined> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = '插入推荐用语';
  pick.placeholder = '打汉字、拼音或首字母，例如：致歉、zhiqian、zq、退款';
  pick.items = items(phrases, true);
  return new Promise((resolve) => {
    pick.onDidChangeValue((query) => {
      pick.items = items(search(phrases, query), query.trim() === '');
    });
    pick.onDidAccept(() => {
      resolve(pick.activeItems[0]?.phrase);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** Under a heading for each scene, or with the scene beside each. */
function items(phrases: readonly Phrase[], byScene: boolean): Item[] {
  const item = (phrase: Phrase): Item => ({
    label: phrase.text,
    // What fits was chosen here, by pinyin too, of which the list knows nothing.
    alwaysShow: true,
    phrase,
    ...(!byScene && { description: phrase.scene }),
    ...(phrase.when !== '' && { detail: phrase.when }),
  });
  if (!byScene) {
    return phrases.map(item);
  }
  const scenes = [...new Set(phrases.map((phrase) => phrase.scene))];
  return scenes.flatMap((scene) => [
    { label: scene, kind: vscode.QuickPickItemKind.Separator },
    ...phrases.filter((phrase) => phrase.scene === scene).map(item),
  ]);
}
