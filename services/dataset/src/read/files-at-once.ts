import { concurrently } from "@bnas/disk";

/** As many as the threads that Node reads files and decodes pictures with. */
const AT_ONCE = 4;

/**
 * Does something with every item, four at a time, each of which reads a file; answers in the items' order. Of several items that fail, the
 * first in their order says why, whichever failed first by the clock: the same files always end in the same error.
 */
export const filesAtOnce = async <Item, Answer>(
  items: readonly Item[],
  act: (item: Item, index: number) => Promise<Answer>,
): Promise<Answer[]> => {
  const answers: Answer[] = new Array(items.length);
  const failed = new Map<number, unknown>();
  await concurrently(items, AT_ONCE, async (item, index) => {
    // Items are begun in their order, so every one before the first that failed has begun.
    if (failed.size > 0) return;
    try {
      answers[index] = await act(item, index);
    } catch (error) {
      failed.set(index, error);
    }
  });
  const [first] = [...failed.keys()].sort((one, other) => one - other);
  if (first !== undefined) throw failed.get(first);
  return answers;
};
