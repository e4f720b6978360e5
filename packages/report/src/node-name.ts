/** The name of a node as papers draw it: of two inputs 0 and 1 are c_{k-2} and c_{k-1}; 2 is node 0, and so on. */
export const nodeName = (node: number, inputs: number): string =>
  node < inputs ? `c_{k-${inputs - node}}` : `node ${node - inputs}`;
