import { access, stat } from "node:fs/promises";
import { join } from "node:path";
import { invalidInput, systemErrorCode } from "@bnas/errors";
import { FileLog, parseFactsFile, type Stored } from "@bnas/log";
import { openStore } from "@bnas/mesh";
import {
  type CheckpointRef,
  checkpointsNeeded,
  completeSpec,
  differingField,
  evolve,
  record,
  type Search,
  type Spec,
  searchIdOf,
  searchName,
  start,
} from "@bnas/search";
import { blobLossOf } from "@bnas/searches";

import { blobsPath, factsPath, freeFolder, makeWritable, outputFolder, takeBack } from "../../outputs/output-folder.js";
import { readFactsText } from "../../outputs/read-facts-file.js";
import { readSpec, type SpecFlags, saysSpec } from "../../spec/spec-input.js";

/** A search that a folder holds. */
export type BegunSearch = {
  readonly searchId: string;
  readonly spec: Spec;
  readonly folder: string;
  /** Last fact that was there before this process came. */
  readonly sequence: number;
  /** Those facts. */
  readonly facts: readonly Stored[];
  /** Checkpoints that what comes next is made of, and of which a blob is missing or damaged: they must be made whole first. */
  readonly lost: readonly CheckpointRef[];
  /** What a person should know before it runs. */
  readonly note: string | undefined;
  /** Leave the folder as it was found: called when what was asked for is refused. */
  undo(): Promise<void>;
};

/** What `bnas search` and `bnas train` say about where a search is. */
export type BeginFlags = {
  readonly spec: SpecFlags;
  readonly out?: string;
  readonly resume: boolean;
};

/**
 * The search of a command, whose first fact is in its folder before anything slow is done: killed at any moment after that, the same
 * command or `--resume` continues it. Killed before, there is only an empty folder or an empty file, and both begin.
 */
export const beginOrContinue = async (flags: BeginFlags, clock: () => Date): Promise<BegunSearch> => {
  const { out, resume } = flags;
  if (out === undefined) {
    if (!resume) return begin(flags, clock);
    throw invalidInput("--resume", true, "an --out beside it", "name the folder of the search to resume: --out DIR");
  }
  if (resume) await requireFolder(out);
  const { facts } = await readFacts(out);
  const opened = openedIn(out, facts);
  if (opened === undefined) return begin(flags, clock);
  if (!resume) await requireUnfinished(out, facts);
  return goOn(flags, out, facts, opened);
};

/** A search in a folder in which none was begun. */
const begin = async (flags: BeginFlags, clock: () => Date): Promise<BegunSearch> => {
  const { out = "", resume } = flags;
  if (resume && !saysSpec(flags.spec)) {
    const hint = "Nothing was begun there: run the command again as it was, with what to search; --resume may stay.";
    throw invalidInput(factsPath(out), "no fact", "a file with the first fact of a search", hint);
  }
  const spec = await readSpec(flags.spec);
  const searchId = searchName(spec);
  const folder = flags.out ?? (await freeFolder(searchId));
  const found = await outputFolder(folder);
  await writeOpened(folder, searchId, spec, clock);
  return {
    ...{ searchId, spec, folder, sequence: 0, facts: [], lost: [] },
    note: resume ? `nothing was begun in ${folder}: ${searchId} begins there` : undefined,
    undo: () => takeBack(folder, found),
  };
};

/** The first fact. The digest of the data comes when they are read, as `data.described`. */
const writeOpened = async (folder: string, searchId: string, spec: Spec, clock: () => Date): Promise<void> => {
  const log = await FileLog.open(factsPath(folder));
  try {
    await log.append(record(searchId, { kind: "search.opened", spec, proof: 1 }, "pruner", clock().toISOString()));
  } finally {
    await log.close();
  }
};

/** The search that a folder holds, checked before anything is started: the same spec, whole facts, and which checkpoints must be repaired. */
const goOn = async (
  flags: BeginFlags,
  folder: string,
  facts: readonly Stored[],
  opened: Opened,
): Promise<BegunSearch> => {
  await makeWritable(folder);
  const spec = completeSpec(opened.fact.spec);
  // Without --resume the command says all of its spec, if only by its defaults.
  if (!flags.resume || saysSpec(flags.spec)) sameSpec(spec, await readSpec(flags.spec), flags, folder);
  const searchId = searchIdOf(opened.subject);
  const search = facts.reduce((folded, { fact }) => evolve(folded, fact), start(searchId));
  const lost = await lostCheckpoints(search, folder);
  const sequence = facts.at(-1)?.sequence ?? 0;
  const note = flags.resume ? undefined : `${folder} holds ${facts.length} facts of this very search: it continues`;
  return { searchId, spec, folder, sequence, note, facts, lost, undo: async () => {} };
};

type Opened = Stored & { readonly fact: Extract<Stored["fact"], { readonly kind: "search.opened" }> };

const isOpened = (stored: Stored): stored is Opened => stored.fact.kind === "search.opened";

/** The fact that opened the search of a folder; undefined where there is no fact at all. */
const openedIn = (folder: string, facts: readonly Stored[]): Opened | undefined => {
  const opened = facts.find(isOpened);
  if (opened !== undefined || facts.length === 0) return opened;
  const hint = "Its beginning is missing: take the file from a copy, or name another folder.";
  throw invalidInput(factsPath(folder), `${facts.length} facts`, "a file with an `opened` fact", hint);
};

/** The facts of a folder: none where nothing was written yet, not even whole. */
const readFacts = async (folder: string): Promise<{ readonly facts: readonly Stored[] }> => {
  const path = factsPath(folder);
  const isThere = await stat(path).catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return undefined;
    throw error;
  });
  const text = isThere === undefined ? "" : await readFactsText(path, "--out");
  return parseFactsFile(text, path);
};

/** A search is resumed only in a folder that is there: another name is a slip of the hand. */
const requireFolder = async (folder: string): Promise<void> => {
  if ((await stat(folder).catch(() => undefined))?.isDirectory()) return;
  const hint = `There is no such folder, so no ${factsPath(folder)}: check the name, or leave --resume out to begin.`;
  throw invalidInput("--out", folder, "the folder of a search that was begun", hint);
};

/** Without --resume nothing that has its results is touched. */
const requireUnfinished = async (folder: string, facts: readonly Stored[]): Promise<void> => {
  const ended = facts.some(({ fact }) => fact.kind === "search.finished");
  const left = await access(join(folder, "genotype.json")).then(
    () => true,
    () => false,
  );
  if (!ended || !left) return;
  const hint = "it holds a search that has ended: --resume writes its results again, or name another folder";
  throw invalidInput("--out", folder, "an empty folder", hint);
};

const sameSpec = (opened: Spec, asked: Spec, { resume }: BeginFlags, folder: string): void => {
  const differs = differingField(opened, asked);
  if (differs === undefined) return;
  const hint = resume
    ? "A search keeps its spec: leave the flag out to continue it, or begin another in a new folder."
    : `--out holds another search: name another folder, or continue that one by --resume --out ${folder} alone.`;
  throw invalidInput(
    differs.path,
    differs.right,
    `${JSON.stringify(differs.left)}, as the search in ${folder} was opened with`,
    hint,
  );
};

/** What comes next, and the results of a search that has ended, are made of these checkpoints: those that are not whole. */
const lostCheckpoints = async (search: Search, folder: string): Promise<readonly CheckpointRef[]> => {
  const needed = checkpointsNeeded(search.ended?.kind === "search.finished" ? { ...search, ended: undefined } : search);
  if (needed.length === 0) return [];
  const store = await openStore(`dir:${blobsPath(folder)}`);
  const lost: CheckpointRef[] = [];
  for (const checkpoint of needed) if ((await blobLossOf(store, checkpoint)) !== undefined) lost.push(checkpoint);
  return lost;
};
