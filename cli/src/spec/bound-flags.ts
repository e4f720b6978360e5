import { invalidInput, nearest } from "@bnas/errors";
import { type Costs, METRICS, type Metric } from "@bnas/search";

/** Units of each metric, in bits, multiply-adds and nanoseconds. A number without a unit is in the first. */
const UNITS: Readonly<Record<Metric, Readonly<Record<string, number>>>> = {
  bits: { "": 1, k: 1e3, M: 1e6, G: 1e9, B: 8, kB: 8e3, MB: 8e6 },
  ops: { "": 1, k: 1e3, M: 1e6, G: 1e9 },
  latency: { "": 1e6, ms: 1e6, us: 1e3, s: 1e9 },
};

const EXAMPLE = "An example is --at-most bits=5M,ops=400M,latency=60ms.";

/**
 * The bounds of `--at-most`: one to three metrics, each once.
 * @throws InvalidInput that names the part
 */
export const boundsOfFlag = (text: string): Costs => {
  const bounds: Partial<Record<Metric, number>> = {};
  for (const part of text.split(",")) {
    const [word = "", value = "", ...rest] = part.trim().split("=");
    const metric = METRICS.find((known) => known === word);
    if (metric === undefined) {
      throw invalidInput("--at-most", word, METRICS.join(", "), `Did you mean ${nearest(word, METRICS)}? ${EXAMPLE}`);
    }
    if (bounds[metric] !== undefined) throw invalidInput("--at-most", text, `one bound on ${metric}`, EXAMPLE);
    const units = UNITS[metric];
    const [, number = "", unit = ""] = /^(\d{1,15}(?:\.\d{1,9})?)([A-Za-z]*)$/.exec(value) ?? [];
    const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
    if (number === "" || factor === undefined || rest.length > 0) {
      const known = Object.keys(units).filter((one) => one !== "");
      throw invalidInput("--at-most", part.trim(), `a number, and ${known.join(", ")} behind it or nothing`, EXAMPLE);
    }
    bounds[metric] = Math.floor(Number(number) * factor);
  }
  return bounds;
};

/** Costs as people read them: `bits 4.02 M`, `bits 28.58 k`, `ops 389 M`, `latency 61.2 ms`. */
export const figure = (metric: Metric, value: number): string => {
  if (metric === "latency") return `${significant(value / 1e6)} ms`;
  if (value >= 1e9) return `${significant(value / 1e9)} G`;
  if (value >= 1e6) return `${significant(value / 1e6)} M`;
  return value >= 1e4 ? `${significant(value / 1e3)} k` : String(value);
};

const significant = (value: number): string =>
  value >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(4)));
