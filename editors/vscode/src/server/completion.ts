// Keeps lists of phrases from opening by themselves.

import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';

import { type Asking, BY_ITSELF_WITHIN, wantsPhrases } from '../phrases/asking.ts';

export class CompletionGate implements vscode.Disposable {
  readonly #changes = new Map<string, number>();
  readonly #disposable = vscode.Disposable.from(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) {
        this.#changes.set(document.uri.toString(), Date.now());
      }
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#changes.delete(uri.toString())),
  );

  readonly provide: NonNullable<Middleware['provideCompletionItem']> = (document, position, context, token, next) => {
    const before = document.lineAt(position.line).text.slice(0, position.character);
    return wantsPhrases(this.#asking(document, context), before)
      ? next(document, position, context, token)
      : undefined;
  };

  dispose(): void {
    this.#disposable.dispose();
  }

  #asking(document: vscode.TextDocument, { triggerKind }: vscode.CompletionContext): Asking {
    switch (triggerKind) {
      case vscode.CompletionTriggerKind.TriggerCharacter:
        return 'user';
      case vscode.CompletionTriggerKind.TriggerForIncompleteCompletions:
        return 'typing-on';
      case vscode.CompletionTriggerKind.Invoke: {
        const changed = this.#changes.get(document.uri.toString()) ?? 0;
        return Date.now() - changed < BY_ITSELF_WITHIN ? 'editor' : 'user';
      }
    }
  }
}
