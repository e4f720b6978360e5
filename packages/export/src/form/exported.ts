import type { Graph, Model } from "@bnas/model";
import type { Consumer } from "./consumer.js";

/** Files by their names in a folder. */
export type Files = ReadonlyMap<string, Uint8Array | string>;

/** A network in the form of others. */
export type Exported = {
  readonly files: Files;
  /** Which of them a consumer opens; "" for the folder. */
  readonly opened: string;
  /** The same network as a consumer opens it to show the values in between; with their names and sizes, in order. */
  readonly traced: {
    readonly files: Files;
    readonly opened: string;
    readonly values: readonly { readonly name: string; readonly size: number }[];
  };
};

/** What a form may be asked. */
export type FormatOptions = {
  /** ONNX: the set of operators. */
  readonly opset?: number;
};

/** Where a machine has consumers. */
export type ConsumersAt = {
  /** The interpreter of those in Python. */
  readonly python: string;
  /** The folder that those of npm are imported from. */
  readonly folder: string;
};

/** A form that a network can be exported in. */
export type ExportFormat = {
  readonly name: string;
  /** Sets of ONNX's operators that it can be written in, the one that is taken by default first. */
  readonly opsets: readonly number[];
  /** The graph that is written, which is compared with the trained network, and what its consumers are compared with. */
  graph(model: Model): Graph;
  /** Where the form has numbers of fewer bits: the graph with those, which is what is written and what consumers are compared with. */
  readonly rounded?: (graph: Graph, options: FormatOptions) => Graph;
  write(model: Model, graph: Graph, options: FormatOptions): Exported;
  /** What opens it. */
  consumers(at: ConsumersAt): readonly Consumer[];
};
