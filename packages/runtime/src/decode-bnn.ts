import { readBnnHeader, requireWhole } from "./bnn-header.js";
import { aligned, HEADER } from "./bnn-layout.js";
import { nodeOf, readRecords } from "./bnn-nodes.js";
import { readTensors, requireUsed } from "./bnn-tensors.js";
import { parseText } from "./bnn-text.js";
import { viewOf } from "./bnn-view.js";
import { DamagedFile } from "./damaged-file.js";
import type { Graph, GraphNode, ValueShape } from "./graph.js";

/**
 * The graph in a `bnn` file (docs/formats/bnn.md). Nothing is computed by it before all of the file is checked.
 * @throws DamagedFile for the first byte that is not as it must be
 * @example
 * ```ts
 * import { decodeBnn } from "@bnas/runtime";
 *
 * decodeBnn(new Uint8Array([1, 2, 3])); // throws byte 0: 1 is not allowed
 * ```
 */
export const decodeBnn = (bytes: Uint8Array): Graph => {
  const header = readBnnHeader(bytes);
  requireWhole(bytes, header);
  const view = viewOf(bytes);
  const text = HEADER + 4 * header.blocks;
  const { input, ...rest } = parseText(bytes.subarray(text, text + header.text), text);
  const { records, end } = readRecords(view, aligned(text + header.text), header);
  const tensors = readTensors(bytes, view, end, header);
  const nodes: GraphNode[] = [];
  const shapes: ValueShape[] = [input];
  for (const record of records) {
    const node = nodeOf(record, shapes, tensors, nodes.length);
    shapes.push(node.shape);
    nodes.push(node);
  }
  requireUsed(tensors);
  const last = nodes.at(-1)?.shape;
  if (last?.height !== 1 || last.width !== 1 || last.channels !== rest.classes.length) {
    const found = `a result of ${last?.height}x${last?.width}x${last?.channels}`;
    throw new DamagedFile(records.at(-1)?.at ?? HEADER, found, `1x1x${rest.classes.length}: a logit for each class`);
  }
  return { input, ...rest, nodes };
};
