/** A node for HTML: `c<sub>k−2</sub>`, `c<sub>k−1</sub>`, or the number of an intermediate node. */
const nodeMarkup = (node: number): string => (node < 2 ? `c<sub>k\u2212${2 - node}</sub>` : String(node - 2));

/** An edge for HTML: `c<sub>k−2</sub> → 0`. */
export const edgeMarkup = ({ from, to }: { readonly from: number; readonly to: number }): string =>
  `${nodeMarkup(from)} \u2192 ${nodeMarkup(to)}`;
