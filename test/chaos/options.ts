import { parseArgs } from "node:util";

/** What is asked of a run. */
export type Options = {
  /** Strikes of every kind together. */
  readonly kills: number;
  readonly log: "file" | "nats";
  readonly store: "dir" | "nats";
  readonly parallel: number;
  /** Which strikes are drawn, in what order, on whom and for how long; when each falls depends on how the machine runs. */
  readonly seed: number;
  readonly trainers: number;
  /** Searches that run at once. */
  readonly searches: number;
  /** Passes of a round: a search of 1 has about 94 facts, of 2 about 180. */
  readonly passes: number;
  /** Kinds of strike that are drawn, of those that this machine can do. */
  readonly strikes: readonly StrikeKind[];
};

const STRIKE_KINDS = ["kill", "hold", "partition", "full-disk"] as const;
export type StrikeKind = (typeof STRIKE_KINDS)[number];

const isKind = (word: string): word is StrikeKind => STRIKE_KINDS.some((kind) => kind === word);

/** Options of the command line. Throws an Error that says what is allowed. */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string", default: "20" },
      log: { type: "string", default: "file" },
      store: { type: "string" },
      parallel: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
      trainers: { type: "string", default: "2" },
      searches: { type: "string", default: "3" },
      passes: { type: "string", default: "1" },
      strikes: { type: "string", default: STRIKE_KINDS.join() },
    },
  });
  const log = oneOf("log", values.log, ["file", "nats"]);
  const store = oneOf("store", values.store ?? (log === "nats" ? "nats" : "dir"), ["dir", "nats"]);
  if (store === "nats" && log === "file") throw new Error("--store nats: it needs the nats-server of --log nats");
  const strikes = values.strikes.split(",").filter(isKind);
  if (strikes.length === 0 || strikes.join() !== values.strikes) {
    throw new Error(`--strikes ${values.strikes}: give some of ${STRIKE_KINDS.join()}, with commas`);
  }
  return {
    kills: whole("kills", values.kills, 0, 100_000),
    log,
    store,
    parallel: whole("parallel", values.parallel, 1, 8),
    seed: whole("seed", values.seed, 0, 2 ** 32 - 1),
    trainers: whole("trainers", values.trainers, 1, 16),
    searches: whole("searches", values.searches, 1, 16),
    passes: whole("passes", values.passes, 1, 16),
    strikes,
  };
};

const oneOf = <Word extends string>(name: string, value: string, words: readonly Word[]): Word => {
  const found = words.find((word) => word === value);
  if (found === undefined) throw new Error(`--${name} ${value}: give ${words.join(" or ")}`);
  return found;
};

const whole = (name: string, value: string, least: number, most: number): number => {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new Error(`--${name} ${value}: give a whole number from ${least} to ${most}`);
};
