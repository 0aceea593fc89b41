// Findings are pushed by the server. A client that says that it can ask for them would ask for those of the whole workspace
// every two seconds; here the workspace is checked when the user wants it, and its findings are pushed as well.

import * as vscode from 'vscode';
import type { ClientCapabilities, FeatureState, StaticFeature } from 'vscode-languageclient/node';

export class PushedDiagnostics implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    delete capabilities.textDocument?.diagnostic;
    delete capabilities.workspace?.diagnostics;
  }

  initialize(): void {
    // Nothing to register.
  }

  getState(): FeatureState {
    return { kind: 'static' };
  }

  clear(): void {
    // Nothing was registered.
  }
}

/** A check of the workspace leaves findings of files that are not open; they go when the files go. */
export function forgetDeleted(collection: () => vscode.DiagnosticCollection | undefined): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher('**/*', true, true, false);
  watcher.onDidDelete((deleted) => {
    const found = collection();
    const gone: vscode.Uri[] = [];
    // Of a folder that is deleted nothing more than the folder is told.
    found?.forEach((uri) => {
      if (uri.path === deleted.path || uri.path.startsWith(`${deleted.path}/`)) {
        gone.push(uri);
      }
    });
    gone.forEach((uri) => found?.delete(uri));
  });
  return watcher;
}
