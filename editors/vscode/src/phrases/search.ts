// Recommended forms, found by scene, words, pinyin or the first letters of pinyin.

/** A recommended form as the server's command `wanyan.recommendedForms` tells it. */
export interface Phrase {
  readonly scene: string;
  /** With {braces} where something is to be filled in. */
  readonly text: string;
  /** The same in the editor's snippet syntax. */
  readonly snippet: string;
  readonly when: string;
  readonly source: string;
  /** Of the text: its sounds without tones in one run, and their first letters. */
  readonly pinyin: string;
  readonly initials: string;
  /** Of the scene. */
  readonly scenePinyin: string;
  readonly sceneInitials: string;
}

/** The phrases in the server's answer; what has no text is passed over. */
export function readPhrases(answer: unknown): Phrase[] {
  if (!Array.isArray(answer)) {
    return [];
  }
  return answer.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null) {
      return [];
    }
    const fields = item as Record<string, unknown>;
    const text = (name: string) => {
      const value = fields[name];
      return typeof value === 'string' ? value : Array.isArray(value) ? value.join(' ') : '';
    };
    if (text('text') === '') {
      return [];
    }
    return [
      {
        scene: text('scene'),
        text: text('text'),
        snippet: text('snippet') === '' ? escapedSnippet(text('text')) : text('snippet'),
        when: text('when'),
        source: text('source'),
        pinyin: text('pinyin'),
        initials: text('initials'),
        scenePinyin: text('scenePinyin'),
        sceneInitials: text('sceneInitials'),
      },
    ];
  });
}

/** The phrases that each word of the query finds, the nearest first; all of them for an empty query. */
export function search(phrases: readonly Phrase[], query: string): Phrase[] {
  const words = query.toLowerCase().replace(/^[/、]/, '').split(/\s+/).filter((word) => word !== '');
  const ranked = phrases.flatMap((phrase, at) => {
    let rank = 0;
    for (const word of words) {
      const one = rankOf(phrase, word);
      if (one === undefined) {
        return [];
      }
      rank = Math.max(rank, one);
    }
    return [{ phrase, rank, at }];
  });
  return ranked.sort((one, other) => one.rank - other.rank || one.at - other.at).map(({ phrase }) => phrase);
}

/** How near a phrase is to a word: smaller is nearer. */
function rankOf(phrase: Phrase, word: string): number | undefined {
  if (phrase.scene.toLowerCase().startsWith(word)) {
    return 0;
  }
  if (phrase.text.toLowerCase().includes(word) || phrase.scene.toLowerCase().includes(word)) {
    return 2;
  }
  // Only letters are sounds; `ü` is typed as `v`.
  const typed = word.replace(/ü/g, 'v');
  if (!/^[a-z]+$/.test(typed)) {
    return phrase.when.toLowerCase().includes(word) ? 4 : undefined;
  }
  if (phrase.scenePinyin.startsWith(typed) || phrase.sceneInitials.startsWith(typed)) {
    return 0;
  }
  if (phrase.pinyin.startsWith(typed) || phrase.initials.startsWith(typed)) {
    return 1;
  }
  // Within a run of letters two of them are met by chance too often.
  const isWithin = phrase.initials.includes(typed) || (typed.length >= 4 && phrase.pinyin.includes(typed));
  return typed.length >= 2 && isWithin ? 3 : undefined;
}

/** Plain text as a snippet: {braces} become places to fill in. */
export function escapedSnippet(text: string): string {
  let number = 0;
  const escape = (plain: string) => plain.replace(/[\\$}]/g, (special) => `\\${special}`);
  return text
    .split(/(\{[^{}]+\})/)
    .map((piece, at) => (at % 2 === 1 ? `\${${++number}:${escape(piece.slice(1, -1))}}` : escape(piece)))
    .join('');
}

/** A snippet that goes into a string of JSON. */
export function snippetInJson(snippet: string): string {
  return snippet.replace(/"/g, '\\\\"');
}
