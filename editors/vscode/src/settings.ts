// The settings, and what of them the server is told.

import { isAbsolute, join } from 'node:path';

import { expanded } from './server/lookup.ts';

/** Languages of files that are judged; the formats are the server's. */
export const LANGUAGES = ['plaintext', 'markdown', 'jsonl', 'log', 'wanyan-transcript'] as const;

/** Where the names of configuration files are matched. */
export const CONFIG_PATTERN = '**/{wanyan,.wanyan}.toml';

export interface Filter {
  readonly scheme: string;
  readonly language?: string;
  readonly pattern?: string;
}

/** The documents of which the server is told. It judges none of the configuration files, but edits them. */
export function documentSelector(untitledLanguages: readonly unknown[]): Filter[] {
  const known: readonly unknown[] = LANGUAGES;
  return [
    ...LANGUAGES.map((language) => ({ scheme: 'file', language })),
    ...untitledLanguages
      .filter((language): language is string => typeof language === 'string' && known.includes(language))
      .map((language) => ({ scheme: 'untitled', language })),
    { scheme: 'file', pattern: CONFIG_PATTERN },
  ];
}

/** Whether a document is a draft that is judged. TOML is none, whatever the editor takes it for. */
export function isDraft(scheme: string, path: string, language: string, untitledLanguages: readonly unknown[]): boolean {
  if (path.endsWith('.toml')) {
    return false;
  }
  return documentSelector(untitledLanguages).some((filter) => filter.scheme === scheme && filter.language === language);
}

const LEVELS: readonly unknown[] = ['off', 'hint', 'info', 'warning', 'error'];
const LEAST: readonly unknown[] = ['hint', 'info', 'warning', 'error'];
const REGISTERS: readonly unknown[] = ['auto', 'chat', 'formal'];

export interface ServerSettings {
  readonly enable: boolean;
  readonly configFile: string;
  readonly lexicons: string[];
  readonly minSeverity: string;
  readonly severity: Record<string, string>;
  readonly register: string;
  readonly agentLabels: string[];
  readonly customerLabels: string[];
}

/** What the server is told, and what in the settings could not be used. */
export function serverSettings(
  raw: unknown,
  home: string,
  workspaceFolder?: string,
): { settings: ServerSettings; faults: string[] } {
  const values = isRecord(raw) ? raw : {};
  const faults: string[] = [];
  const fault = (name: string, value: unknown) => {
    faults.push(`设置 wanyan.${name} 的值用不了：${JSON.stringify(value)}`);
  };
  const choice = (name: string, allowed: readonly unknown[], usual: string): string => {
    const value = values[name];
    if (value === undefined || allowed.includes(value)) {
      return (value as string | undefined) ?? usual;
    }
    fault(name, value);
    return usual;
  };
  const strings = (name: string): string[] => {
    const value = values[name];
    if (value === undefined || value === null) {
      return [];
    }
    if (!Array.isArray(value)) {
      fault(name, value);
      return [];
    }
    return value.flatMap((item: unknown) => {
      if (typeof item === 'string' && item.trim() !== '') {
        return [item.trim()];
      }
      fault(name, item);
      return [];
    });
  };
  const path = (text: string): string => {
    const plain = expanded(text, home, workspaceFolder);
    return workspaceFolder === undefined || isAbsolute(plain) ? plain : join(workspaceFolder, plain);
  };
  const severity: Record<string, string> = {};
  const levels = values['severity'];
  if (isRecord(levels)) {
    for (const [rule, level] of Object.entries(levels)) {
      if (LEVELS.includes(level)) {
        severity[rule] = level as string;
      } else {
        fault(`severity.${rule}`, level);
      }
    }
  } else if (levels !== undefined && levels !== null) {
    fault('severity', levels);
  }
  const enable = values['enable'];
  if (enable !== undefined && typeof enable !== 'boolean') {
    fault('enable', enable);
  }
  const configFile = values['configFile'];
  if (configFile !== undefined && typeof configFile !== 'string') {
    fault('configFile', configFile);
  }
  const settings = {
    enable: typeof enable === 'boolean' ? enable : true,
    configFile: typeof configFile === 'string' && configFile.trim() !== '' ? path(configFile.trim()) : '',
    lexicons: strings('lexicons').map(path),
    minSeverity: choice('minSeverity', LEAST, 'hint'),
    severity,
    register: choice('register', REGISTERS, 'auto'),
    agentLabels: strings('agentLabels'),
    customerLabels: strings('customerLabels'),
  };
  return { settings, faults };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
