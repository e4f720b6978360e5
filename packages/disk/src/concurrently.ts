/**
 * Do something with every item, at most `limit` at a time; answers in the items' order. After the first error no other
 * item is begun.
 */
export const concurrently = async <Item, Answer>(
  items: readonly Item[],
  limit: number,
  act: (item: Item, index: number) => Promise<Answer>,
): Promise<Answer[]> => {
  const answers: Answer[] = new Array(items.length);
  const queue = items.entries();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed) return;
      try {
        answers[index] = await act(item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return answers;
};
