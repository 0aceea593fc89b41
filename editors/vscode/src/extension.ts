// 婉言 for VS Code: starts the language server and puts commands, status bar and messages around it.

import * as vscode from 'vscode';

import type { App } from './app.ts';
import { registerCommands } from './commands/index.ts';
import { offerTomlSchemas } from './commands/tomlSchemas.ts';
import { registerSaving } from './server/configActions.ts';
import { Server } from './server/server.ts';
import { showProblem } from './serverProblem.ts';
import { StatusBar } from './statusBar.ts';

/** Settings that the server does not read itself. */
const RESTARTING = ['wanyan.server.path', 'wanyan.languages', 'wanyan.untitledLanguages'];

const RESTART_DELAY = 100;

let running: Server | undefined;
let restarting: NodeJS.Timeout | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('婉言', { log: true });
  const server = new Server(context, log);
  running = server;
  const app: App = { context, log, server };
  context.subscriptions.push(
    log,
    server,
    new StatusBar(app),
    registerCommands(app),
    registerSaving(),
    server.onDidChangeState((state) => {
      if (state.kind === 'failed') {
        void showProblem(app, state.problem);
      }
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (RESTARTING.some((setting) => event.affectsConfiguration(setting))) {
        // The client is told of the change as well; it shall be through with that.
        clearTimeout(restarting);
        restarting = setTimeout(() => void server.restart(), RESTART_DELAY);
      }
    }),
    new vscode.Disposable(() => clearTimeout(restarting)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void server.restart()),
    vscode.workspace.onDidOpenTextDocument((document) => void offerTomlSchemas(app, document)),
  );
  vscode.workspace.textDocuments.forEach((document) => void offerTomlSchemas(app, document));
  await server.start();
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}
