import { fault, hasCode, isBnasError, messageOf } from "@bnas/errors";
import type { BlobStore } from "@bnas/store";

/** Any bytes that no other code puts. */
const probe = new TextEncoder().encode("bnas: can this store be written?");

/**
 * Whether blobs can be put: asked before a search is opened, so that no trainer finds out after an epoch. Without a `store` in the
 * settings of the pruner it is not known.
 * @throws FAILED_PRECONDITION with what the store says, and UNAVAILABLE while it does not answer
 */
export const checkStore = async (store: BlobStore | undefined): Promise<void> => {
  if (store === undefined) return;
  try {
    const sha256 = await store.put(probe);
    // With the permission to write but not to remove, these few bytes stay for `bnas gc`: searches need no more than that.
    await store.remove(sha256, Number.POSITIVE_INFINITY).catch(() => {});
  } catch (error) {
    if (hasCode(error, "UNAVAILABLE")) throw error;
    const said = messageOf(error);
    const hint = isBnasError(error)
      ? error.hint
      : "Give the pruner, the trainers and the evaluator the right to write there.";
    throw fault("FAILED_PRECONDITION", `the store of blobs cannot be written: ${said}`, hint, {
      cause: error,
    });
  }
};
