// Whether phrases are wanted. The editor takes Chinese marks for letters of a word and asks for completions after every
// character, in the same way as it asks when the user wants a list: without this, a list would open behind each 。 and
// Enter would take its first phrase.

/** How long after a change the editor asks by itself, in milliseconds. */
export const BY_ITSELF_WITHIN = 250;

/** What opens a list at the start of a word. */
const OPENED = /[/、][\p{Script=Han}\p{Script=Latin}0-9]*$/u;
const GOES_ON = /[\p{Script=Han}\p{Script=Latin}0-9/、]$/u;

export type Asking =
  /** The user wants a list, or typed what opens one. */
  | 'user'
  /** A list is open and more was typed. */
  | 'typing-on'
  /** The editor asks by itself. */
  | 'editor';

/** `before` is the line up to the cursor. */
export function wantsPhrases(asking: Asking, before: string): boolean {
  switch (asking) {
    case 'user':
      return true;
    case 'typing-on':
      return GOES_ON.test(before);
    case 'editor':
      return OPENED.test(before);
  }
}
