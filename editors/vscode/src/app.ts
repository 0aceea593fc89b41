// What the parts of the extension share.

import type * as vscode from 'vscode';

import type { Server } from './server/server.ts';

export interface App {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly server: Server;
}
