// A message with a way out when there is no server.

import * as vscode from 'vscode';

import type { App } from './app.ts';
import { describe, type Problem } from './server/problem.ts';

const CHOOSE = '选择文件…';
const SETTINGS = '打开设置';
const GUIDE = '安装说明';
const RESTART = '重新启动';
const LOG = '查看日志';

export async function showProblem(app: App, problem: Problem): Promise<void> {
  app.log.error(describe(problem));
  const ways = problem.kind === 'crashing' ? [RESTART, LOG] : [CHOOSE, SETTINGS, GUIDE];
  switch (await vscode.window.showErrorMessage(describe(problem), ...ways)) {
    case CHOOSE:
      return chooseServer(app);
    case SETTINGS:
      await vscode.commands.executeCommand('workbench.action.openSettings', 'wanyan.server.path');
      return;
    case GUIDE: {
      const guide = vscode.Uri.joinPath(app.context.extensionUri, 'walkthrough', 'install.md');
      await vscode.commands.executeCommand('markdown.showPreview', guide);
      return;
    }
    case RESTART:
      return app.server.restart();
    case LOG:
      app.log.show();
      return;
    default:
      return;
  }
}

/** Asks for the binary and writes it into the settings, where the setting stands now. */
async function chooseServer(app: App): Promise<void> {
  const [chosen] = (await vscode.window.showOpenDialog({ title: '选择 wanyan 程序', openLabel: '选择' })) ?? [];
  if (chosen === undefined) {
    return;
  }
  const configuration = vscode.workspace.getConfiguration('wanyan');
  const isOfWorkspace = configuration.inspect('server.path')?.workspaceValue !== undefined;
  const target = isOfWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  const before = configuration.get<string>('server.path');
  await configuration.update('server.path', chosen.fsPath, target);
  if (before === chosen.fsPath) {
    // Nothing changes in the settings, so nothing else starts it.
    await app.server.restart();
  }
}
