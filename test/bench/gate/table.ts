import type { Checked } from "./check.js";
import type { Range } from "./ranges.js";
import type { Try } from "./try-row.js";

const WIDTHS = { name: 22, ratio: 8, range: 16, milliseconds: 12 } as const;

/** Three digits that count, without an exponent: `0.0123`, `1.23`, `123`. */
export const digits = (value: number): string =>
  Number.isFinite(value) && value > 0
    ? value.toFixed(Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(value)))))
    : String(value);

const rangeText = ({ least, most }: Range): string => `${digits(least)} to ${digits(most)}`;

const line = (name: string, ratio: string, range: string, own: string, other: string, what: string): string =>
  [
    name.padEnd(WIDTHS.name),
    ratio.padStart(WIDTHS.ratio),
    range.padStart(WIDTHS.range),
    own.padStart(WIDTHS.milliseconds),
    other.padStart(WIDTHS.milliseconds),
    ` ${what}`,
  ].join(" ");

export const header = (): string => line("row", "ratio", "range", "ms", "ms of ref.", "what / reference");

/** A row of the table: the ratio, what it may be, and the milliseconds a unit that it comes from. */
export const rowLine = (name: string, found: Try, range: Range): string =>
  line(
    name,
    digits(found.ratio),
    rangeText(range),
    digits(found.milliseconds.measured),
    digits(found.milliseconds.reference),
    `${found.measured} / ${found.reference}`,
  );

/** What to say of a row beside its line; undefined where it is within its range. @param file of the ranges */
export const remark = (name: string, { ratios, verdict }: Checked, range: Range, file: string): string | undefined => {
  const tries = ratios.map(digits).join(", ");
  switch (verdict) {
    case "within":
      return undefined;
    case "better":
      return (
        `  ${name} costs ${tries} times its reference, less than its range of ${rangeText(range)}. ` +
        `Good, if it still does its work: set the new range in ${file}, as test/bench/README.md says.`
      );
    case "worse":
      return (
        `  ${name} costs ${tries} times its reference in ${ratios.length} tries, more than its range of ${rangeText(range)} (usual: ${digits(range.usual)}). ` +
        `Run \`npm run bench -- ${name}\` on this commit and on the one before: where only this one is slow, find what it added. ` +
        `A cost that is wanted gets a new range in ${file}, with the reason in the commit; test/bench/README.md says how.`
      );
  }
};
