// What a click on the status bar item offers.

import * as vscode from 'vscode';

import type { App } from '../app.ts';
import { describe } from '../server/problem.ts';

interface Entry extends vscode.QuickPickItem {
  readonly command?: string;
}

export async function showMenu(app: App): Promise<void> {
  const { state } = app.server;
  const document = vscode.window.activeTextEditor?.document;
  const isOn = vscode.workspace.getConfiguration('wanyan', document ?? null).get('enable', true);
  const hasFolder = (vscode.workspace.workspaceFolders ?? []).length > 0;
  const where = hasFolder ? '在这个工作区' : '在这里';
  const separator = (label: string): Entry => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const entries: Entry[] = [
    separator('草稿'),
    { label: '$(sparkle) 把这条消息改得委婉', command: 'wanyan.polishMessage' },
    { label: '$(book) 插入推荐用语…', command: 'wanyan.insertPhrase' },
    { label: '$(checklist) 检查工作区', command: 'wanyan.checkAllFiles' },
    separator('设置'),
    isOn
      ? { label: `$(circle-slash) ${where}关闭婉言`, command: 'wanyan.toggle' }
      : { label: `$(play) ${where}打开婉言`, command: 'wanyan.toggle' },
    { label: '$(gear) 打开 wanyan.toml', command: 'wanyan.openConfig' },
    { label: '$(library) 选择词库…', command: 'wanyan.chooseLexicons' },
    separator('语言服务器'),
    { label: '$(debug-restart) 重新启动', command: 'wanyan.restartServer' },
    { label: '$(output) 查看日志', command: 'wanyan.showLog' },
  ];
  const placeHolder =
    state.kind === 'running'
      ? `婉言 ${state.version} 正在运行`
      : state.kind === 'failed'
        ? describe(state.problem)
        : '婉言没有在运行';
  const chosen = await vscode.window.showQuickPick(entries, { title: '婉言', placeHolder });
  if (chosen?.command !== undefined) {
    await vscode.commands.executeCommand(chosen.command);
  }
}
