// The list of lexicons in a `wanyan.toml`, read and changed as text: comments and layout elsewhere stay as they are.

import { parse } from 'smol-toml';

import { quoted } from './skeleton.ts';

/** The lexicons that a configuration names; nothing where it cannot be read. */
export function lexiconsOf(text: string): string[] | undefined {
  const table = parsed(text);
  if (table === undefined) {
    return undefined;
  }
  const value = table['lexicon'] ?? [];
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

/** `text` with that list of lexicons; nothing where that cannot be done without harm to the rest. */
export function withLexicons(text: string, lexicons: readonly string[]): string | undefined {
  const before = lexiconsOf(text);
  if (before === undefined) {
    return undefined;
  }
  if (same(before, lexicons)) {
    return text;
  }
  const span = arraySpan(text);
  const only = lexicons.slice(0, before.length);
  let after: string;
  if (span === undefined) {
    const newline = text.includes('\r\n') ? '\r\n' : '\n';
    const line = `lexicon = [${lexicons.map(quoted).join(', ')}]${newline}`;
    after = text.startsWith('\ufeff') ? `\ufeff${line}${text.slice(1)}` : line + text;
  } else if (span.lastItemEnd !== undefined && same(before, only)) {
    const added = lexicons.slice(before.length).map((path) => `, ${quoted(path)}`);
    after = text.slice(0, span.lastItemEnd) + added.join('') + text.slice(span.lastItemEnd);
  } else {
    after = `${text.slice(0, span.start)}[${lexicons.map(quoted).join(', ')}]${text.slice(span.end)}`;
  }
  return isSameBut(text, after, lexicons) ? after : undefined;
}

/** What a lexicon file holds, as far as it matters for adding to it; nothing where it is no lexicon or cannot be read. */
export function lexiconFacts(
  text: string,
): { category: string | undefined; ids: Set<string>; hasEntries: boolean } | undefined {
  const table = parsed(text);
  if (table === undefined || !Object.keys(table).every((key) => LEXICON_KEYS.has(key))) {
    return undefined;
  }
  const { category, entry } = table;
  const entries = Array.isArray(entry) ? entry : [];
  const ids = entries.flatMap((one: unknown) => {
    const id = typeof one === 'object' && one !== null ? (one as Record<string, unknown>)['id'] : undefined;
    return typeof id === 'string' ? [id] : [];
  });
  return {
    category: typeof category === 'string' ? category : undefined,
    ids: new Set(ids),
    hasEntries: entries.length > 0,
  };
}

const LEXICON_KEYS = new Set([
  'category',
  'context',
  'cue',
  'disable',
  'entry',
  'exemption',
  'extend',
  'form',
  'mitigation',
  'ordinary',
  'passage',
  'replace',
  'variants',
  'words',
]);

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((path, at) => path === other[at]);
}

function isSameBut(before: string, after: string, lexicons: readonly string[]): boolean {
  const [old, changed] = [parsed(before), parsed(after)];
  if (old === undefined || changed === undefined) {
    return false;
  }
  return JSON.stringify({ ...old, lexicon: lexicons }, sortedKeys) === JSON.stringify(changed, sortedKeys);
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Where the array of the key `lexicon` stands, and where its last item ends. */
function arraySpan(text: string): { start: number; end: number; lastItemEnd: number | undefined } | undefined {
  const head = /(^|\n)[ \t]*(lexicon|"lexicon"|'lexicon')[ \t]*=[ \t]*(?=\[)/.exec(text);
  if (head === null) {
    return undefined;
  }
  const start = head.index + head[0].length;
  let lastItemEnd: number | undefined;
  for (let at = start + 1; at < text.length; at++) {
    const c = text[at];
    if (c === ']') {
      return { start, end: at + 1, lastItemEnd };
    }
    if (c === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (c === '"' || c === "'") {
      at++;
      while (at < text.length && text[at] !== c) {
        at += c === '"' && text[at] === '\\' ? 2 : 1;
      }
      lastItemEnd = at + 1;
    }
  }
  return undefined;
}
