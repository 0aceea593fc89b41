// All commands of the palette.

import * as vscode from 'vscode';

import type { App } from '../app.ts';
import { checkAllFiles } from './checkAllFiles.ts';
import { chooseLexicons, openConfig, toggle } from './configure.ts';
import { explainFinding, RuleDocuments, RuleLinks } from './explain.ts';
import { showMenu } from './menu.ts';
import { newLexiconEntry } from './newEntry.ts';
import { insertPhrase } from './phrases.ts';
import { polishDocument, polishMessage } from './polish.ts';
import { attempt } from './running.ts';
import { trySample } from './sample.ts';
import { useTomlSchemas } from './tomlSchemas.ts';

export function registerCommands(app: App): vscode.Disposable {
  const documents = new RuleDocuments();
  const commands: Record<string, () => unknown> = {
    'wanyan.checkAllFiles': () => checkAllFiles(app),
    'wanyan.polishMessage': () => polishMessage(app),
    'wanyan.polishDocument': () => polishDocument(app),
    'wanyan.insertPhrase': () => insertPhrase(app),
    'wanyan.newLexiconEntry': () => newLexiconEntry(),
    'wanyan.explainFinding': () => explainFinding(app, documents),
    'wanyan.openConfig': () => openConfig(),
    'wanyan.chooseLexicons': () => chooseLexicons(),
    'wanyan.toggle': () => toggle(),
    'wanyan.restartServer': () => app.server.restart(),
    'wanyan.showLog': () => app.log.show(),
    'wanyan.showMenu': () => showMenu(app),
    'wanyan.trySample': () => trySample(),
    'wanyan.useTomlSchemas': () => useTomlSchemas(app),
  };
  const registered = Object.entries(commands).map(([id, run]) =>
    vscode.commands.registerCommand(id, () => attempt(app, id, run)),
  );
  return vscode.Disposable.from(
    ...registered,
    vscode.workspace.registerTextDocumentContentProvider(RuleDocuments.scheme, documents),
    vscode.window.registerUriHandler(new RuleLinks(app, documents)),
  );
}
