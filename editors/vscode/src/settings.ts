// The settings, and what of them the server is told.

import { isAbsolute, join } from 'node:path';

import { expanded } from './server/lookup.ts';

/** What can be judged, by the editor's names of languages; the formats are the server's. */
export const LANGUAGES = [
  'plaintext',
  'markdown',
  'jsonl',
  'log',
  'wanyan-transcript',
  'csv',
  'tsv',
  'json',
  'jsonc',
  'yaml',
  'toml',
  'html',
  'po',
  'properties',
  'xml',
  'strings',
] as const;

export type Language = (typeof LANGUAGES)[number];

/** By what names the editor and its extensions know a language, where it is not its own name alone. */
const IDS: Partial<Record<Language, readonly string[]>> = {
  po: ['po', 'pot', 'gettext'],
  properties: ['properties', 'java-properties', 'jproperties'],
  // Of all XML only the files below.
  xml: [],
};

/** Files that are of a language whatever the editor takes them for: it does not know all of these by itself. */
const FILES: readonly { language: Language; pattern: string; path: RegExp }[] = [
  { language: 'csv', pattern: '**/*.csv', path: /\.csv$/i },
  { language: 'tsv', pattern: '**/*.tsv', path: /\.tsv$/i },
  { language: 'toml', pattern: '**/*.toml', path: /\.toml$/i },
  { language: 'po', pattern: '**/*.{po,pot}', path: /\.pot?$/i },
  // Texts of an Android application.
  { language: 'xml', pattern: '**/{values,values-*}/*.xml', path: /\/values(-[^/]*)?\/[^/]*\.xml$/i },
  // Those of Apple's systems.
  { language: 'strings', pattern: '**/*.strings', path: /\.strings$/i },
];

/** Where the names of configuration files are matched. */
export const CONFIG_PATTERN = '**/{wanyan,.wanyan}.toml';

/** The user's choice of languages. What is no known name in it counts for nothing. */
export interface Chosen {
  readonly languages: readonly unknown[];
  readonly untitledLanguages: readonly unknown[];
}

export interface Filter {
  readonly scheme: string;
  readonly language?: string;
  readonly pattern?: string;
}

/** The documents of which the server may be told; see {@link isSent}. */
export function documentSelector({ languages, untitledLanguages }: Chosen): Filter[] {
  const ids = (chosen: readonly unknown[]) => LANGUAGES.filter((name) => chosen.includes(name)).flatMap(idsOf);
  return [
    ...ids(languages).map((language) => ({ scheme: 'file', language })),
    ...FILES.filter(({ language }) => languages.includes(language)).map(({ pattern }) => ({ scheme: 'file', pattern })),
    ...ids(untitledLanguages).map((language) => ({ scheme: 'untitled', language })),
    { scheme: 'file', pattern: CONFIG_PATTERN },
  ];
}

/**
 * Whether the server is told of a document. It judges none of the configuration files, but edits them. The selector alone
 * does not say it: a table that the editor takes for plain text is none of the plain text files.
 */
export function isSent(scheme: string, path: string, id: string, chosen: Chosen): boolean {
  return (scheme === 'file' && CONFIG.test(path)) || isJudged(scheme, path, id, chosen);
}

/** Whether a document is a draft: one that is judged and no configuration or lexicon. */
export function isDraft(scheme: string, path: string, id: string, chosen: Chosen): boolean {
  return !CONFIG.test(path) && !LEXICON.test(path) && isJudged(scheme, path, id, chosen);
}

const CONFIG = /\/\.?wanyan\.toml$/;
/** As in the manifest; what others hold only the server knows. */
const LEXICON = /(词库|\.lexicon)\.toml$/;

function isJudged(scheme: string, path: string, id: string, { languages, untitledLanguages }: Chosen): boolean {
  switch (scheme) {
    case 'file':
      return languages.includes(FILES.find((file) => file.path.test(path))?.language ?? languageOf(id));
    case 'untitled':
      return untitledLanguages.includes(languageOf(id));
    default:
      return false;
  }
}

/** The language of that name in the editor. */
function languageOf(id: string): Language | undefined {
  return LANGUAGES.find((name) => idsOf(name).includes(id));
}

function idsOf(language: Language): readonly string[] {
  return IDS[language] ?? [language];
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
