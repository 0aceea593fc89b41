// The language server's life: found, probed, started, watched, started again.

import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  State,
} from 'vscode-languageclient/node';

import { chosenLanguages } from '../chosen.ts';
import { documentSelector, serverSettings } from '../settings.ts';
import type { ServerState } from '../statusText.ts';
import { CompletionGate } from './completion.ts';
import { resolveCodeAction } from './configActions.ts';
import { forgetDeleted, PushedDiagnostics } from './diagnostics.ts';
import { LeftOut } from './leftOut.ts';
import { findServer } from './lookup.ts';
import { makeBundledRunnable, surroundings } from './machine.ts';
import type { Problem } from './problem.ts';
import { probe } from './probe.ts';
import { Restarts } from './restarts.ts';
import { ruleUrl } from './ruleUrl.ts';

export class Server implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<ServerState>();
  readonly #restarts = new Restarts();
  readonly #completions = new CompletionGate();
  readonly #deleted = forgetDeleted(() => this.#client?.diagnostics);
  #state: ServerState = { kind: 'stopped' };
  #client: LanguageClient | undefined;
  /** One start or stop after the other. */
  #work: Promise<void> = Promise.resolve();
  #toldFaults = new Set<string>();

  readonly onDidChangeState = this.#changed.event;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
    this.#context = context;
    this.#log = log;
  }

  get state(): ServerState {
    return this.#state;
  }

  /** The client, while the server runs. */
  get client(): LanguageClient | undefined {
    return this.#state.kind === 'running' ? this.#client : undefined;
  }

  start(): Promise<void> {
    return this.#next(() => this.#start());
  }

  restart(): Promise<void> {
    return this.#next(async () => {
      this.#restarts.forget();
      await this.#stop();
      await this.#start();
    });
  }

  stop(): Promise<void> {
    return this.#next(() => this.#stop());
  }

  dispose(): void {
    this.#changed.dispose();
    this.#completions.dispose();
    this.#deleted.dispose();
  }

  /** One of the server's own commands; nothing where the server does not know it. */
  async execute(command: string, ...args: unknown[]): Promise<unknown> {
    const client = this.client;
    const known = client?.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
    if (client === undefined || !known.includes(command)) {
      return undefined;
    }
    return client.sendRequest(ExecuteCommandRequest.type, { command, arguments: args });
  }

  #next(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#log.error(error instanceof Error ? error : String(error));
    });
    return this.#work;
  }

  #become(state: ServerState): void {
    this.#state = state;
    this.#changed.fire(state);
  }

  #fail(problem: Problem): void {
    this.#become({ kind: 'failed', problem });
  }

  async #start(): Promise<void> {
    if (this.#client !== undefined) {
      return;
    }
    this.#become({ kind: 'starting' });
    const configuration = vscode.workspace.getConfiguration('wanyan');
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const where = surroundings(
      this.#context.extensionPath,
      folder?.scheme === 'file' ? folder.fsPath : undefined,
    );
    makeBundledRunnable(where);
    const found = findServer(configuration.get<string>('server.path', ''), where);
    if (found.kind !== 'found') {
      this.#fail(found);
      return;
    }
    const probed = await probe(found.path);
    if (probed.kind === 'other') {
      this.#fail({ kind: 'wrong-program', path: found.path, said: probed.said });
      return;
    }
    this.#log.info(`使用婉言 ${probed.version}：${found.path}（${ORIGINS[found.origin]}）`);
    const running: ServerState = { kind: 'running', path: found.path, version: probed.version };
    const client = this.#makeClient(found.path, running);
    this.#client = client;
    try {
      await client.start();
    } catch (error) {
      this.#client = undefined;
      const said = error instanceof Error ? error.message : String(error);
      this.#log.error(said);
      this.#fail({ kind: 'not-started', path: found.path, said });
    }
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) {
      // One that hangs is killed by the client.
      await client.dispose(2_000).catch((error: unknown) => {
        this.#log.warn(error instanceof Error ? error.message : String(error));
      });
    }
    this.#become({ kind: 'stopped' });
  }

  #makeClient(path: string, running: ServerState): LanguageClient {
    const chosen = chosenLanguages();
    const leftOut = new LeftOut(chosen);
    const serverOptions: ServerOptions = { command: path, args: ['lsp'] };
    const options: LanguageClientOptions = {
      documentSelector: documentSelector(chosen) as NonNullable<LanguageClientOptions['documentSelector']>,
      outputChannel: this.#log,
      initializationOptions: { wanyan: this.#settings(undefined) },
      initializationFailedHandler: () => false,
      errorHandler: this.#errorHandler(path),
      markdown: { isTrusted: false, supportHtml: false },
      middleware: {
        sendNotification: leftOut.sendNotification,
        sendRequest: leftOut.sendRequest,
        resolveCodeAction,
        provideCompletionItem: this.#completions.provide,
        workspace: {
          // Settings may change because of which the server is stopped just now; a client that is stopped would start again.
          didChangeConfiguration: async (sections, next) => {
            if (this.#client === client && this.#state.kind === 'running') {
              await next(sections);
            }
          },
          configuration: async (params, token, next) => {
            const values = await next(params, token);
            if (!Array.isArray(values)) {
              return values;
            }
            return params.items.map((item, at) =>
              item.section === 'wanyan' ? this.#settings(item.scopeUri) : values[at],
            );
          },
        },
      },
    };
    const client: LanguageClient = new LanguageClient('wanyan', '婉言', serverOptions, options);
    client.registerFeature(new PushedDiagnostics());
    client.onDidChangeState(({ newState }) => {
      if (this.#client !== client) {
        return;
      }
      if (newState === State.Running) {
        this.#become(running);
      } else if (newState === State.Starting && this.#state.kind !== 'starting') {
        this.#become({ kind: 'restarting' });
      }
    });
    return client;
  }

  #settings(scope: string | undefined): unknown {
    const uri = scope === undefined ? undefined : vscode.Uri.parse(scope);
    const raw: unknown = vscode.workspace.getConfiguration(undefined, uri ?? null).get('wanyan');
    const folder =
      uri === undefined
        ? vscode.workspace.workspaceFolders?.[0]
        : vscode.workspace.getWorkspaceFolder(uri);
    const where = surroundings(this.#context.extensionPath, undefined);
    const { settings, faults } = serverSettings(raw, where.home, folder?.uri.fsPath);
    for (const fault of faults.filter((one) => !this.#toldFaults.has(one))) {
      this.#toldFaults.add(fault);
      this.#log.warn(fault);
      void vscode.window.showWarningMessage(fault, '打开设置').then((chosen) => {
        if (chosen !== undefined) {
          void vscode.commands.executeCommand('workbench.action.openSettings', '@ext:wanyan.wanyan');
        }
      });
    }
    return { ...settings, ruleUrl: ruleUrl(this.#context.extension.id) };
  }

  #errorHandler(path: string): ErrorHandler {
    return {
      error: (_error, _message, count) => ({
        action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
        handled: true,
      }),
      closed: () => {
        if (this.#state.kind === 'starting') {
          // The start itself fails and tells why.
          return { action: CloseAction.DoNotRestart, handled: true };
        }
        if (this.#restarts.ended(Date.now())) {
          this.#log.warn('婉言程序退出了，重新启动');
          this.#become({ kind: 'restarting' });
          return { action: CloseAction.Restart, handled: true };
        }
        this.#client = undefined;
        this.#fail({ kind: 'crashing', path });
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }
}

const ORIGINS = { setting: '设置 wanyan.server.path', bundled: '扩展自带', path: 'PATH' } as const;
