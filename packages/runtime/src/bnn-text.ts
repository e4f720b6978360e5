import { DamagedFile } from "./damaged-file.js";
import type { Graph } from "./graph.js";

/** Pixels of a side, and channels, that an image may have. */
const MOST_SIDE = 4096;

/**
 * What a `bnn` file says in its text: who the network is.
 * @param at the first byte of the text in the file
 * @throws DamagedFile
 */
export const parseText = (bytes: Uint8Array, at: number): Omit<Graph, "nodes"> => {
  const value = parse(bytes, at);
  const { input, classes, normalization, origin } = isRecord(value) ? value : {};
  const require = (holds: boolean, key: string, expected: string): void => {
    if (!holds) throw new DamagedFile(at, `a text without ${key}`, `${key}: ${expected}`);
  };
  const { height, width, channels } = isRecord(input) ? input : {};
  const { mean, std } = isRecord(normalization) ? normalization : {};
  require(isSide(height) &&
    isSide(width) &&
    isSide(channels), "input", `height, width, channels from 1 to ${MOST_SIDE}`);
  require(Array.isArray(classes) && classes.length > 0 && classes.every(isText), "classes", "a list of names");
  require(isNumbers(mean) && mean.length === channels, "normalization.mean", "a number for each channel");
  require(isNumbers(std) &&
    std.length === channels &&
    std.every((one) => one > 0), "normalization.std", "a number above 0 for each channel");
  require(isRecord(origin) &&
    Object.values(origin).every((one) => isText(one) || isNumber(one)), "origin", "texts and numbers by name");
  return value as Omit<Graph, "nodes">; // Each field was just checked.
};

const parse = (bytes: Uint8Array, at: number): unknown => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new DamagedFile(at, error instanceof Error ? error.message : String(error), "a text in JSON");
  }
};

const isRecord = (value: unknown): value is Readonly<{ [key: string]: unknown }> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(isNumber);
const isSide = (value: unknown): value is number =>
  isNumber(value) && Number.isInteger(value) && value >= 1 && value <= MOST_SIDE;
