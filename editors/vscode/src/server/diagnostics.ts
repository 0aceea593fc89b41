// Findings are pushed by the server. A client that says that it can ask for them would ask for those of the whole workspace
// every two seconds; here the workspace is checked when the user wants it, and its findings are pushed as well.

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
