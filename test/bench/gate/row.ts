import type { Cost } from "./cost.js";

/** A row that is ready to be measured. */
export type OpenRow = {
  readonly measured: Cost;
  readonly reference: Cost;
  readonly close: () => void | Promise<void>;
};

/** A row of the table: something that we made, and a reference that we do not change, measured in turn in one process. */
export type Row = {
  /** What is measured: `a training step of a sample`. */
  readonly measured: string;
  /** Its reference: `a product of two matrices in JavaScript`. */
  readonly reference: string;
  /** Pairs of one try: enough that the median of their ratios is steady. */
  readonly pairs: { readonly short: number; readonly full: number };
  /** @throws InvalidInput where this machine lacks what the row needs */
  readonly open: () => Promise<OpenRow>;
};
