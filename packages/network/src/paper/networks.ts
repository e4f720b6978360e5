import { invalidInput, nearest } from "@bnas/errors";
import { darts, type Space } from "@bnas/search";
import { dartsNetwork } from "./darts-network.js";
import { nasBench201Network } from "./nas-bench-201-network.js";
import { requireLayers } from "./operations.js";
import type { InputShape, MacroNetwork, Stack, StackOptions } from "./stack.js";

const networks: readonly MacroNetwork[] = [dartsNetwork, nasBench201Network];

const SPACE = ["spec", "space"] as const;

/**
 * That networks can be made of a space: its network is known and takes such cells, and every operation has a layer.
 * @throws InvalidInput that names the field, such as `spec.space.operations[3]`
 */
export const requireBuildable = (space: Space): MacroNetwork => {
  const found = networks.find(({ name }) => name === space.network);
  if (found === undefined) {
    const names = networks.map(({ name }) => name);
    const hint = `Did you mean ${nearest(space.network, names)}?`;
    throw invalidInput([...SPACE, "network"], space.network, names.join(", "), hint);
  }
  found.check(space, SPACE);
  requireLayers(space, SPACE);
  return found;
};

/**
 * The network that stacks the cells of a space.
 * @throws InvalidInput as `requireBuildable` does, and when the image does not halve evenly as often as the cells need
 */
export const stackOf = (options: StackOptions, input: InputShape, space: Space = darts): Stack =>
  requireBuildable(space).stack(space, options, input);
