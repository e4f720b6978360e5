import type { FactOf } from "@bnas/search";
import {
  type BlobStore,
  loadCheckpoint,
  mergeManifests,
  readManifest,
  saveCheckpoint,
  type Weighted,
  weightedMean,
} from "@bnas/store";

/** A fact that asks to merge a pass. */
export type MergeJob = { readonly merge: FactOf<"pass.merge.requested"> };

/** The result, all but what names the request. */
export type MergedPass = Omit<FactOf<"pass.merged">, "round" | "pass">;

/**
 * Make one checkpoint of the samples of a pass that were trained side by side (paper.md section 6): what one sample alone changed,
 * its own operations and their momentum, is taken by reference; what several changed, stem, preprocessing and classifier and
 * their momentum, becomes the mean weighted by images; the rest is the checkpoint that all of them began with.
 * A function of the fact and the blobs it names: done twice, it gives the same checkpoint. No tensor library takes part.
 */
export const mergePass = async (
  { merge: { from, samples } }: MergeJob,
  mesh: { readonly store: BlobStore },
  options: { readonly clock: () => number },
): Promise<MergedPass> => {
  const begun = options.clock();
  const { store } = mesh;
  const base = await readManifest(store, from);
  const parts = [];
  for (const { checkpoint } of samples) parts.push(await readManifest(store, checkpoint));
  const { union, shared } = mergeManifests(base, parts);
  // In the order of the samples: a mean is a sum, and sums depend on the order.
  const weighted = new Map([...shared.keys()].map((name): [string, Weighted[]] => [name, []]));
  for (const [place, { checkpoint, images }] of samples.entries()) {
    const tensors = await loadCheckpoint(store, checkpoint, (name) => shared.get(name)?.includes(place) === true);
    for (const [name, value] of tensors) weighted.get(name)?.push({ value, images });
  }
  const means = new Map([...weighted].map(([name, parts]) => [name, weightedMean(name, parts)]));
  const checkpoint = await saveCheckpoint(store, union, means);
  return { kind: "pass.merged", checkpoint, seconds: Math.round(options.clock() - begun) / 1000 };
};
