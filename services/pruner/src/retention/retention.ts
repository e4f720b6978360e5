import { invalidInput } from "@bnas/errors";

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `90s`, `30m`, `12h` or `7d`. @throws InvalidInput for another text */
export const retentionMs = (text: string): number => {
  const [, number = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (unit === "s" || unit === "m" || unit === "h" || unit === "d") return Number(number) * unitMs[unit];
  throw invalidInput("retention", text, "a number and s, m, h or d", "For example 7d.");
};

/** How long between two looks for searches that are to be archived: a search stays at most a tenth longer than asked. */
export const sweepMs = (retention: number): number => Math.min(60_000, Math.max(1_000, retention / 10));
