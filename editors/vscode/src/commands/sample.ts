// A draft to try things on.

import * as vscode from 'vscode';

const SAMPLE = `这个我们处理不了。
您为什么不早说？
你的意见我们记下了，感谢您的理解与支持，祝您生活愉快！
`;

export async function trySample(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'plaintext', content: SAMPLE });
  await vscode.window.showTextDocument(document);
}
