import { type InvalidInput, invalidInput, nearest } from "@bnas/errors";
import type { Operation, Space } from "@bnas/search";
import { dartsOperations } from "./darts-operations.js";
import type { Layers } from "./layers.js";
import { nasBench201Operations } from "./nas-bench-201-operations.js";
import type { LayerOptions, OperationLayer } from "./operation-layer.js";

/** What a process can build, by name. It grows only at the start of a process, before anything is built. */
const known = new Map<Operation, OperationLayer["layer"]>(
  [...dartsOperations, ...nasBench201Operations].map(({ name, layer }) => [name, layer]),
);

/** An operation without a layer: it takes its share of a mixture and adds nothing. */
const NONE = "none";

/** Whether an operation gives something. */
export const gives = (operation: Operation): boolean => operation !== NONE;

/** The names of the operations that have a layer here. */
const operationNames = (): readonly Operation[] => [...known.keys()];

/**
 * Makes operations from outside known to this process, so that a space may name them. Call it where a process starts, in every thread
 * that computes.
 * @throws InvalidInput for a name that is taken, or what is no operation
 * @param where how the caller calls them: the path of the module
 */
export const registerOperations = (operations: unknown, where: string): void => {
  const list: readonly unknown[] = Array.isArray(operations) ? operations : [operations];
  for (const [place, operation] of list.entries()) {
    const { name, layer } = requireOperation(operation, where, place);
    const before = known.get(name);
    if (before !== undefined && before !== layer) {
      throw invalidInput(
        [where, place, "name"],
        name,
        `a name that is not taken: ${operationNames().join(", ")}`,
        RENAME,
      );
    }
    if (!gives(name)) throw invalidInput([where, place, "name"], name, "a name that is not taken", RENAME);
    known.set(name, layer);
  }
};

const RENAME =
  "Another layer under a known name would make results that no one can compare: give it a name of its own.";

const requireOperation = (value: unknown, where: string, place: number): OperationLayer => {
  if (typeof value === "object" && value !== null && "name" in value && "layer" in value) {
    const { name, layer } = value;
    if (typeof name === "string" && /^[a-z][a-z0-9_-]{0,63}$/.test(name) && typeof layer === "function") {
      return { name, layer: layer as OperationLayer["layer"] }; // Its first call shows what it is.
    }
  }
  throw invalidInput(
    [where, place],
    value,
    "an object of name (lower-case letters, digits, _ and -) and layer (a function)",
    "docs/space.md shows a module with one operation.",
  );
};

/**
 * One operation on x.
 * @param name prefix of its parameters: `cell.3.edge.2-4.sep_conv_3x3`
 * @param operation one that has a layer: `none` gives nothing
 */
export const applyOperation = <T>(
  net: Layers<T>,
  name: string,
  operation: Operation,
  x: T,
  options: LayerOptions,
): T => {
  const layer = known.get(operation);
  if (layer === undefined) throw new RangeError(`no layer is registered for ${operation}`);
  return layer(net, name, x, options);
};

/** That every operation of a space has a layer. @throws InvalidInput with its place: `spec.space.operations[3]` */
export const requireLayers = ({ operations }: Space, where: readonly (string | number)[]): void => {
  for (const [place, operation] of operations.entries()) {
    if (gives(operation) && !known.has(operation)) throw withoutLayer(operation, [...where, "operations", place]);
  }
};

const withoutLayer = (operation: Operation, where: readonly (string | number)[]): InvalidInput =>
  invalidInput(
    where,
    operation,
    `an operation with a layer: ${["none", ...operationNames()].join(", ")}`,
    `Did you mean ${nearest(operation, operationNames())}? --operations FILE.js (setting operations of trainer and evaluator) adds one of your own: docs/space.md.`,
  );
