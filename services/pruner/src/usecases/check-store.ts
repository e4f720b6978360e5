import { fault, hasCode, isBnasError } from "@bnas/errors";
import type { BlobStore } from "@bnas/store";

/** Any bytes will do; nobody else puts these. */
const probe = new TextEncoder().encode("bnas: can this store be written?");

/**
 * Whether blobs can be put: asked before a search is opened, so that no trainer finds out after an epoch. Without a
 * `store` in the settings of the pruner it is not known. Throws FAILED_PRECONDITION with what the store says, and UNAVAILABLE while
 * it does not answer.
 */
export const checkStore = async (store: BlobStore | undefined): Promise<void> => {
  if (store === undefined) return;
  try {
    const sha256 = await store.put(probe);
    // Whoever may write and not remove leaves these few bytes to `bnas gc`: searches need no more than that.
    await store.remove(sha256, Number.POSITIVE_INFINITY).catch(() => {});
  } catch (error) {
    if (hasCode(error, "UNAVAILABLE")) throw error;
    const said = error instanceof Error ? error.message : String(error);
    const hint = isBnasError(error)
      ? error.hint
      : "Give the pruner, the trainers and the evaluator the right to write there.";
    throw fault("FAILED_PRECONDITION", `the store of blobs cannot be written: ${said}`, hint, {
      cause: error,
    });
  }
};
