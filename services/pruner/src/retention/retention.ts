import { invalidInput } from "@bnas/errors";
import { millisecondsIn } from "@bnas/process";

/** Milliseconds of `90s`, `30m`, `12h` or `7d`. @throws InvalidInput for another text */
export const retentionMs = (text: string): number => {
  const milliseconds = millisecondsIn(text);
  if (milliseconds !== undefined) return milliseconds;
  throw invalidInput("retention", text, "a number and s, m, h or d", "For example 7d.");
};

/** How long between two looks for searches that are to be archived: a search stays at most a tenth longer than asked. */
export const sweepMs = (retention: number): number => Math.min(60_000, Math.max(1_000, retention / 10));
