import { type ExitCode, invalidInput } from "@bnas/errors";
import { darts, genotypeInSpace, parseSpaceOfSpec, spaceOf, spaceOfGenotype } from "@bnas/search";
import { type ReadGenotype, readGenotype } from "../../spec/genotype-input.js";
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
    source === undefined ? { genotype: config.genotype } : await readWithSpace(source, name, config.space);
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

/** A genotype, and its space where that is another than DARTS': of a search that says so, or of cells with other numbers of nodes. */
const readWithSpace = async (source: string, name: string | undefined, asked: unknown): Promise<ReadGenotype> => {
  const known = asked === undefined ? darts : spaceOf({ space: parseSpaceOfSpec(asked, ["spec", "space"]) });
  if (known.name !== darts.name) {
    const { genotype } = await readGenotype(source, name, known);
    return { genotype: genotypeInSpace(known, genotype) };
  }
  const read = await readGenotype(source, name);
  const own = read.space ?? spaceOfGenotype(read.genotype);
  const asDarts = own.cells.every(({ nodes }, at) => nodes === darts.cells[at]?.nodes);
  return read.space === undefined && !asDarts ? { ...read, space: own } : read;
};

const withoutUndefined = (fields: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
