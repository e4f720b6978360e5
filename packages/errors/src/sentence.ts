import { isBnasError } from "./bnas-error.js";

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** An error as one line for a person: what is wrong, and what to do next. */
export const sentence = (error: unknown): string => {
  if (!isBnasError(error)) return messageOf(error);
  const { message, hint } = error;
  // The message of an error about a value ends in its hint already, and every message in an empty one.
  if (message.endsWith(hint)) return message;
  return `${message}. ${hint.replace(/^[a-z]/, (letter) => letter.toUpperCase())}`;
};
