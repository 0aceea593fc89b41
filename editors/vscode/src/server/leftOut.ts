// Keeps documents from the server that its selector lets through though the user left their language out: a selector cannot
// say “plain text, but no tables”.

import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';

import { type Chosen, isSent } from '../settings.ts';

interface Params {
  readonly textDocument?: { readonly uri?: unknown; readonly languageId?: unknown };
}

export class LeftOut {
  readonly #chosen: Chosen;
  readonly #addresses = new Set<string>();

  constructor(chosen: Chosen) {
    this.#chosen = chosen;
  }

  readonly sendNotification: NonNullable<Middleware['sendNotification']> = async (type, next, params) => {
    if (!this.#concerns(params)) {
      await next(type, params);
    }
  };

  readonly sendRequest: NonNullable<Middleware['sendRequest']> = (type, params, token, next) =>
    this.#concerns(params) ? Promise.resolve(null as never) : next(type, params, token);

  /** Whether a message is about such a document; the first one, that it is opened, tells its language. */
  #concerns(params: unknown): boolean {
    const { uri, languageId } = (params as Params | undefined)?.textDocument ?? {};
    if (typeof uri !== 'string') {
      return false;
    }
    if (typeof languageId === 'string') {
      const { scheme, path } = vscode.Uri.parse(uri);
      if (isSent(scheme, path, languageId, this.#chosen)) {
        this.#addresses.delete(uri);
      } else {
        this.#addresses.add(uri);
      }
    }
    return this.#addresses.has(uri);
  }
}
