/**
 * The candidate operations of an edge, in the order that is their identity in files and facts (paper.md section 1;
 * names of DARTS). Ties are broken by this order: the lower index goes first.
 */
export const OPERATIONS = [
  "none",
  "max_pool_3x3",
  "avg_pool_3x3",
  "skip_connect",
  "sep_conv_3x3",
  "sep_conv_5x5",
  "dil_conv_3x3",
  "dil_conv_5x5",
] as const;

export type Operation = (typeof OPERATIONS)[number];
