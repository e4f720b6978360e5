/** Input that cannot be used. Says which field, the value, what is allowed and what to do next. */
export class InvalidInput extends Error {
  /** The offending field, as the caller spells it: `spec.network.cells`. */
  readonly field: string;
  readonly value: unknown;
  /** What is allowed: `a whole number from 2 to 32`. */
  readonly allowed: string;
  /** What to do next. */
  readonly hint: string;

  constructor(field: string, value: unknown, allowed: string, hint: string) {
    super(`${field}: ${show(value)} is not allowed; it takes ${allowed}. ${hint}`);
    this.name = "InvalidInput";
    this.field = field;
    this.value = value;
    this.allowed = allowed;
    this.hint = hint;
  }
}

const show = (value: unknown): string => {
  const text = textOf(value);
  // Not half of a character that is two units long: such a text could not be sent.
  return text.length > 120 ? `${text.slice(0, 117).replace(/[\ud800-\udbff]$/, "")}...` : text;
};

const textOf = (value: unknown): string => {
  if (typeof value === "bigint") return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // What is no JSON, such as an object within itself.
    return Object.prototype.toString.call(value);
  }
};
