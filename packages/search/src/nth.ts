/**
 * The item at an index that must exist: the compiler cannot know that a cell has 14 edges, the author of the loop can.
 * @throws RangeError when it does not: a fault of this package, never of its input
 */
export const nth = <T>(items: readonly T[], index: number): T => {
  const item = items[index];
  if (item === undefined) throw new RangeError(`there is no item ${index} among ${items.length}`);
  return item;
};
