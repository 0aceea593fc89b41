// Commands that need the server.

import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

import type { App } from '../app.ts';
import { showProblem } from '../serverProblem.ts';

/** Does what a user asked for; where it goes wrong, the user is told, and the log by which name it was asked for. */
export async function attempt(app: App, name: string, run: () => unknown): Promise<void> {
  try {
    await run();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    app.log.error(`${name}: ${said}`);
    void vscode.window.showErrorMessage(`没有做成：${said}`);
  }
}

/** The client; where the server does not run, the user is told what to do. */
export function running(app: App): LanguageClient | undefined {
  const { client, state } = app.server;
  if (client !== undefined) {
    return client;
  }
  if (state.kind === 'failed') {
    void showProblem(app, state.problem);
  } else if (state.kind === 'stopped') {
    void vscode.window.showWarningMessage('婉言没有运行', '启动').then((chosen) => {
      if (chosen !== undefined) {
        void app.server.start();
      }
    });
  } else {
    void vscode.window.showInformationMessage('婉言正在启动，请稍等一下再试');
  }
  return undefined;
}
