// Checks every file of the workspace: progress in a notification, which can be cancelled; findings in the problems panel.

import * as vscode from 'vscode';
import { ExecuteCommandRequest, WorkDoneProgress, WorkDoneProgressCancelNotification } from 'vscode-languageclient/node';

import type { App } from '../app.ts';
import { running } from './running.ts';

export async function checkAllFiles(app: App): Promise<void> {
  const client = running(app);
  if (client === undefined) {
    return;
  }
  const token = `wanyan-check-${Date.now()}`;
  const answer: unknown = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: '婉言：检查工作区', cancellable: true },
    async (progress, cancellation) => {
      let shown = 0;
      const listening = client.onProgress(WorkDoneProgress.type, token, (value) => {
        if (value.kind === 'report') {
          const increment = Math.max(0, (value.percentage ?? shown) - shown);
          shown += increment;
          progress.report({ increment, ...(value.message !== undefined && { message: value.message }) });
        }
      });
      const cancelling = cancellation.onCancellationRequested(() => {
        void client.sendNotification(WorkDoneProgressCancelNotification.type, { token });
      });
      try {
        return await client.sendRequest(ExecuteCommandRequest.type, {
          command: 'wanyan.checkWorkspace',
          arguments: [],
          workDoneToken: token,
        });
      } finally {
        listening.dispose();
        cancelling.dispose();
      }
    },
  );
  const { message, findings } = (answer ?? {}) as { message?: string; findings?: number };
  if (message === undefined) {
    return;
  }
  const ways = (findings ?? 0) > 0 ? ['看看有哪些'] : [];
  if ((await vscode.window.showInformationMessage(`婉言：${message}`, ...ways)) !== undefined) {
    await vscode.commands.executeCommand('workbench.actions.view.problems');
  }
}
