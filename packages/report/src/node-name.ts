/** The name of a node as papers draw it: inputs 0 and 1 are c_{k-2} and c_{k-1}; 2 is node 0, and so on. */
export const nodeName = (node: number): string =>
  node === 0 ? "c_{k-2}" : node === 1 ? "c_{k-1}" : `node ${node - 2}`;
