import type { Space } from "./space.js";

const without = new WeakMap<Space, Space>();

/** The space in which `none` is no candidate of any edge. The same object each time, so that what is kept by a space is found again. */
export const withoutNone = (space: Space): Space => {
  const known = without.get(space);
  if (known !== undefined) return known;
  const isGiven = (operation: string): boolean => operation !== "none";
  const fewer: Space = {
    ...space,
    operations: space.operations.filter(isGiven),
    cells: space.cells.map((cell) => ({
      ...cell,
      edges: cell.edges.map(({ operations, ...edge }) =>
        operations === undefined ? edge : { ...edge, operations: operations.filter(isGiven) },
      ),
    })),
  };
  without.set(space, fewer);
  return fewer;
};
