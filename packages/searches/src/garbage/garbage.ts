import {
  type CheckpointRef,
  checkpointBefore,
  checkpointsNeeded,
  checkpointsOfModel,
  evolve,
  type Recorded,
  type Search,
  searchIdOf,
  start,
} from "@bnas/search";
import type { Manifest, StoredBlob } from "@bnas/store";

/** Every search of which there are facts, folded. Facts of several searches may be mixed; those of one are in their order. */
export const foldSearches = (facts: readonly Recorded[]): readonly Search[] => {
  const searches = new Map<string, Search>();
  for (const { subject, fact } of facts) {
    const id = searchIdOf(subject);
    searches.set(id, evolve(searches.get(id) ?? start(id), fact));
  }
  return [...searches.values()];
};

/**
 * The checkpoints of a search that are kept: the last one, so that its weights can be used, and of a live search those that the
 * next steps need: where a requested or the next job starts, the samples of a pass that is not merged yet, and those that are not
 * evaluated yet; of every trained model the last and the best. @param keepAll every checkpoint of a search that has ended
 */
export const checkpointsKept = (
  search: Search,
  { keepAll }: { readonly keepAll: boolean },
): ReadonlySet<CheckpointRef> =>
  new Set([
    ...optional(lastCheckpoint(search)),
    ...checkpointsNeeded(search),
    // What was trained is a result: an export or a classification needs it.
    ...search.models.flatMap(checkpointsOfModel),
    ...(keepAll && search.ended !== undefined ? everyCheckpoint(search) : []),
  ]);

const optional = <Value>(value: Value | undefined): readonly Value[] => (value === undefined ? [] : [value]);

/** Where a search stands after its last trained job, or stood when it ended. */
export const lastCheckpoint = (search: Search): CheckpointRef | undefined => {
  for (let job = search.work.length; job > 0; job--) {
    const checkpoint = checkpointBefore(search, job);
    if (checkpoint) return checkpoint;
  }
  return undefined;
};

const everyCheckpoint = ({ work, merges, models }: Search): readonly CheckpointRef[] => [
  ...work.flatMap(({ trained }) => trained?.checkpoint ?? []),
  ...merges.flatMap(({ checkpoint }) => checkpoint ?? []),
  ...models.flatMap(({ epochs }) => epochs.flatMap(({ trained }) => trained?.checkpoint ?? [])),
];

/** The blobs that checkpoints are made of: their manifests, and the blobs that these name. */
export const blobsOf = (checkpoints: ReadonlyMap<CheckpointRef, Manifest>): ReadonlySet<string> => {
  const blobs = new Set<string>();
  for (const [ref, manifest] of checkpoints) {
    blobs.add(ref);
    for (const { blob } of manifest.values()) blobs.add(blob);
  }
  return blobs;
};

/** What becomes of the blobs of a store. `young`: nothing reaches them yet, but a fact may be on its way. */
export type Sorted = Readonly<Record<"reached" | "young" | "garbage", readonly StoredBlob[]>>;

/** @param before milliseconds since 1970: what was put after it is no garbage */
export const sortBlobs = (
  blobs: readonly StoredBlob[],
  reached: ReadonlySet<string>,
  { before }: { readonly before: number },
): Sorted => {
  const unreached = blobs.filter(({ sha256 }) => !reached.has(sha256));
  return {
    reached: blobs.filter(({ sha256 }) => reached.has(sha256)),
    young: unreached.filter(({ putAt }) => putAt > before),
    garbage: unreached.filter(({ putAt }) => putAt <= before),
  };
};
