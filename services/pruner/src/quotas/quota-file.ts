import { FileInUse, LARGEST_FILE, readInputFileSync } from "@bnas/disk";
import { invalidInput, nearest } from "@bnas/errors";
import { isOwner } from "@bnas/search";
import type { Logger } from "@bnas/telemetry";

/** What an owner may have; what is left out has no limit. */
export type Quota = {
  /** Searches that have not ended. */
  readonly searches?: number;
  /** Training jobs that are asked for and not done. */
  readonly jobs?: number;
  /** Seconds that trainers train, of all searches together, ended and deleted ones, too. */
  readonly gpuSeconds?: number;
  /** Bytes that its searches wrote into the store and that were not deleted. */
  readonly blobBytes?: number;
};

/** As a file spells them. */
const WORDS = { searches: "searches", jobs: "jobs", "gpu-seconds": "gpuSeconds", "blob-bytes": "blobBytes" } as const;
const NAMES = Object.keys(WORDS);

const isWord = (name: string): name is keyof typeof WORDS => Object.hasOwn(WORDS, name);

/** The line of every owner that has none of its own. */
const OTHERS = "*";

/** The quotas of a file: `owner searches=5 jobs=16 gpu-seconds=36000 blob-bytes=10000000000` on each line. */
export class QuotaFile {
  readonly #file: FileInUse<ReadonlyMap<string, Quota>>;

  /** @throws InvalidInput that names the file and the line */
  constructor(path: string, logger: Logger) {
    this.#file = new FileInUse(path, "quotas", quotasIn, {
      again: (quotas) => logger.info({ file: path, owners: [...quotas.keys()] }, "quotas were read again"),
      refused: (reason) => logger.error({ reason }, "the new quotas cannot be used; the old ones stay"),
    });
  }

  /** What an owner may have. @param owner "": searches without one */
  of(owner: string): Quota {
    const quotas = this.#file.content;
    return quotas.get(owner) ?? quotas.get(OTHERS) ?? {};
  }
}

const quotasIn = (path: string): ReadonlyMap<string, Quota> => {
  const quotas = new Map<string, Quota>();
  const input = { field: "quotas", allowed: "a file that this process may read", hint: "Check the path." };
  const text = readInputFileSync(path, { ...input, mostBytes: LARGEST_FILE.secret }).toString("utf8");
  for (const [index, line] of text.split("\n").entries()) {
    const [owner, ...words] = line.trim().split(/\s+/);
    if (owner === undefined || owner === "" || owner.startsWith("#")) continue;
    const where = `${path} line ${index + 1}`;
    if (!isOwner(owner) || quotas.has(owner)) {
      const hint = "Write what an owner may have on one line; * is everyone without a line.";
      throw invalidInput("quotas", `${where}: ${owner}`, "each owner once, by a name of at most 63 characters", hint);
    }
    quotas.set(owner, Object.fromEntries(words.map((word) => amountIn(word, where))));
  }
  return quotas;
};

const amountIn = (word: string, where: string): readonly [string, number] => {
  const [, name = word, digits = ""] = /^([^=]*)=(.*)$/.exec(word) ?? [];
  if (isWord(name) && /^\d{1,15}$/.test(digits)) return [WORDS[name], Number(digits)];
  const hint = isWord(name) ? "Leave it out for no limit." : `Did you mean ${nearest(name, NAMES)}?`;
  throw invalidInput("quotas", `${where}: ${word}`, `NAME=NUMBER, a whole number, of ${NAMES.join(", ")}`, hint);
};
