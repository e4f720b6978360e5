import { inspect } from "node:util";

// What the examples in docstrings call (examples.ts).

/**
 * Throws unless an example's line gives the value that its comment shows.
 * Numbers are compared to the digits shown: `0.33` is shown for 1/3, `3` for 3 only.
 */
export const shows = (actual: unknown, expected: unknown, line: string, said: string): void => {
  const decimals = Math.max(0, ...Array.from(said.matchAll(/\d\.(\d+)/g), ([, digits = ""]) => digits.length));
  const tolerance = decimals === 0 ? 0 : 0.5000001 * 10 ** -decimals;
  if (!isAlike(actual, expected, tolerance)) {
    throw new Error(`\`${line}\` gives ${inspect(plain(actual), { depth: 6 })}, not ${said}`);
  }
};

/** Throws unless an example's line throws an error whose message holds the text that its comment shows. */
export const refuses = async (line: () => Promise<void>, text: string, said: string): Promise<void> => {
  const message = await line().then(
    () => undefined,
    (error: unknown) => String(error),
  );
  if (message === undefined) throw new Error(`\`${text}\` throws nothing, not ${said}`);
  if (!message.includes(said)) throw new Error(`\`${text}\` throws ${message}, not ${said}`);
};

const plain = (value: unknown): unknown =>
  ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as unknown as ArrayLike<number>) : value;

const isAlike = (one: unknown, other: unknown, tolerance: number): boolean => {
  const [actual, expected] = [plain(one), plain(other)];
  if (typeof actual === "number" && typeof expected === "number") {
    return actual === expected || Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance;
  }
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) {
    return actual === expected;
  }
  if (actual instanceof Map || actual instanceof Set) {
    const sameKind = Object.getPrototypeOf(actual) === Object.getPrototypeOf(expected);
    return sameKind && isAlike([...actual], [...(expected as Iterable<unknown>)], tolerance);
  }
  const [left, right] = [Object.entries(actual), new Map(Object.entries(expected))];
  return (
    Array.isArray(actual) === Array.isArray(expected) &&
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && isAlike(value, right.get(key), tolerance))
  );
};
