/** Characters that a terminal obeys, or that turn the direction of a line. */
const CONTROL = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A path as a message shows it: what a terminal would obey is written as `\u001b`. A name in a dataset may be anyone's. */
export const shown = (path: string): string =>
  path.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A path as a word of a shell, for a command that a person copies. */
export const shellWord = (path: string): string =>
  /^[\w./+:@%-]+$/.test(path) ? path : `'${shown(path).replaceAll("'", String.raw`'\''`)}'`;
