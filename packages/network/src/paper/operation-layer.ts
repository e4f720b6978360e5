import type { Operation } from "@bnas/search";
import type { Layers } from "./layers.js";

/** Where an operation stands. */
export type LayerOptions = {
  /** Of x, and of the result. */
  readonly channels: number;
  /** 2 on edges that halve height and width: in DARTS those of a reduction cell that leave its inputs. */
  readonly stride: 1 | 2;
};

/**
 * An operation that may compete on an edge: its name, and its layer, written once over any kind of value (layers.ts). So what it stores, costs
 * and computes is one thing.
 */
export type OperationLayer = {
  readonly name: Operation;
  /**
   * The operation on x: [b,h,w,channels] -> [b,h/stride,w/stride,channels].
   * @param name prefix of its parameters: `cell.3.edge.2-4.sep_conv_3x3`. Each needs a name of its own below it
   */
  readonly layer: <T>(net: Layers<T>, name: string, x: T, options: LayerOptions) => T;
};
