/** A node for HTML: `c<sub>k−2</sub>`, `c<sub>k−1</sub>`, or the number of an intermediate node. */
const nodeMarkup = (node: number, inputs: number): string =>
  node < inputs ? `c<sub>k\u2212${inputs - node}</sub>` : String(node - inputs);

/** An edge for HTML: `c<sub>k−2</sub> → 0`. */
export const edgeMarkup = (
  { from, to }: { readonly from: number; readonly to: number },
  { inputs }: { readonly inputs: number },
): string => `${nodeMarkup(from, inputs)} \u2192 ${nodeMarkup(to, inputs)}`;
