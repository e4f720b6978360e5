import { parseArgs } from "node:util";

export type Options = {
  readonly searches: number;
  /** After how many the memory should be level. */
  readonly warm: number;
  /** Searches that run side by side. */
  readonly atOnce: number;
  readonly trainers: number;
  /** A file for all samples, as JSON. */
  readonly json: string | undefined;
};

/** The command line of `npm run soak`. @throws Error that says what is allowed */
export const parseOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      searches: { type: "string", default: "1000" },
      warm: { type: "string", default: "100" },
      "at-once": { type: "string", default: "4" },
      trainers: { type: "string", default: "1" },
      json: { type: "string" },
    },
  });
  const searches = whole("--searches", values.searches, 2, 1_000_000);
  return {
    searches,
    warm: whole("--warm", values.warm, 0, searches - 2),
    atOnce: whole("--at-once", values["at-once"], 1, 64),
    trainers: whole("--trainers", values.trainers, 1, 16),
    json: values.json,
  };
};

const whole = (option: string, text: string, least: number, most: number): number => {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Error(`${option} ${text} is not allowed; it takes a whole number from ${least} to ${most}`);
};
