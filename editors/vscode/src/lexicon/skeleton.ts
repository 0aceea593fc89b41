// A new lexicon entry made of a phrase, ready for what only a person can write.

export interface NewEntry {
  readonly category: string;
  readonly id: string;
  readonly title: string;
  readonly phrase: string;
}

/** What the cursor is put on. */
export const WHY_STUB = '请写明：这样说，客户会怎么想';
export const ADVICE_STUB = '请写明：怎么说更好';

/** The pattern that matches `phrase` as it is; nothing where it is too short for one, or has more than one line. */
export function patternOf(phrase: string): string | undefined {
  const bare = phrase
    .trim()
    .replace(/^[\p{P}\p{S}\s]+|[\p{P}\p{S}\s]+$/gu, '')
    .replace(/[ \t\u3000]+/g, '');
  const length = [...bare].length;
  if (/[\r\n]/.test(bare) || length < 2 || length > 60) {
    return undefined;
  }
  return bare.replace(/[\\()|?@<>…]/g, (special) => `\\${special}`);
}

export function isId(text: string): boolean {
  return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}

/** An id that is not taken yet. */
export function freeId(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const id = `phrase-${number}`;
    if (!taken.has(id)) {
      return id;
    }
  }
}

/** The `[[entry]]`, as it stands in a file. `source` is a passage that it goes by. */
export function entryToml(entry: NewEntry, source: string): string {
  const pattern = patternOf(entry.phrase) ?? entry.phrase;
  const example = entry.phrase.trim().replace(/\s+/g, ' ');
  return [
    '[[entry]]',
    `id = ${quoted(entry.id)}`,
    `title = ${quoted(entry.title)}`,
    `patterns = [${quoted(pattern)}]   # (甲|乙) 任选，? 可有可无，… 间隔`,
    `why = ${quoted(WHY_STUB)}`,
    `source = [${quoted(source)}]`,
    `advice = ${quoted(ADVICE_STUB)}`,
    '',
    '[entry.examples]',
    `bad = [${quoted(example)}]   # 每句都要查得出`,
    'good = []   # 每句都不能误报',
    '',
  ].join('\n');
}

/** `text` (empty for a file that is still to be made) with the entry at its end. */
export function withEntry(text: string, entry: NewEntry, source: string): string {
  const toml = entryToml(entry, source);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const before =
    text.trim() === '' ? `category = ${quoted(entry.category)}\n\n` : text.replace(/(\r?\n)*$/, '') + newline + newline;
  return before + (newline === '\r\n' ? toml.replace(/\n/g, '\r\n') : toml);
}

/** A TOML string. */
export function quoted(text: string): string {
  const escaped = text.replace(/[\\"]/g, (special) => `\\${special}`);
  const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  const controls = /[\u0000-\u001f\u007f]/g;
  return `"${escaped.replace(controls, (c) => named[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}
