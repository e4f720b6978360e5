import { type ExitCode, invalidInput } from "@bnas/errors";
import { readGenotype } from "../../spec/genotype-input.js";
import { readSpecInput } from "../../spec/spec-input.js";
import type { Surroundings } from "../../terminal/surroundings.js";
import { type SearchFlags, searchCommand } from "./search.js";

/** What `bnas train` takes beside the flags of a search. */
export type TrainFlags = SearchFlags & {
  readonly genotype?: string;
  readonly name?: string;
  readonly seeds?: number;
  readonly epochs?: number;
};

/**
 * `bnas train`: train the network of a genotype that is given, without a search. It is the same run as that of `bnas search` with
 * `strategy: given`, so all of it is by facts, and --resume continues it.
 */
export const trainCommand = async (flags: TrainFlags, version: string, here: Surroundings): Promise<ExitCode> => {
  const { genotype: source, name, seeds, epochs, ...own } = flags;
  const search = { ...own, command: "train" } as const;
  const asked = source !== undefined || seeds !== undefined || epochs !== undefined;
  if (flags.resume && !asked) return searchCommand(search, version, here);
  const config = await readSpecInput(flags.spec);
  const from = config.genotype ?? source;
  if (from === undefined) {
    const hint = "Name a file, a Genotype(...) text or the word published: --genotype published.";
    throw invalidInput("--genotype", "nothing", "a genotype", hint);
  }
  const { genotype, space } =
    source === undefined ? { genotype: config.genotype, space: undefined } : await readGenotype(source, name);
  const { train } = config;
  const given = {
    ...config,
    ...(space === undefined ? {} : { space }),
    strategy: "given",
    genotype,
    train: { seeds: 1, ...(typeof train === "object" ? train : {}), ...withoutUndefined({ seeds, epochs }) },
  };
  return searchCommand({ ...search, spec: { input: given } }, version, here);
};

const withoutUndefined = (fields: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
