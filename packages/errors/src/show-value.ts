/** A value as an error shows it: its JSON, where that is long its beginning. */
export const showValue = (value: unknown): string => {
  const text = textOf(value);
  // Not half of a character that is two units long: such a text could not be sent.
  return text.length > 120 ? `${text.slice(0, 117).replace(/[\ud800-\udbff]$/, "")}...` : text;
};

const textOf = (value: unknown): string => {
  if (typeof value === "bigint" || isNoNumber(value)) return String(value);
  try {
    return JSON.stringify(value, shown) ?? String(value);
  } catch {
    // What is no JSON, such as an object within itself.
    return Object.prototype.toString.call(value);
  }
};

/** JSON has no NaN and no infinity, and would show null, which is not what was given. */
const isNoNumber = (value: unknown): value is number => typeof value === "number" && !Number.isFinite(value);

const shown = (_: string, value: unknown): unknown => (isNoNumber(value) ? String(value) : value);
