import { invalidInput } from "@bnas/errors";
import { projectedValues } from "@bnas/kernels";
import type { Tensors, TensorValue } from "@bnas/search";

/** The projection of PCNN is beside the weights that it belongs to. */
const PROJECTION = ".projection";

/** The name of the projection of these weights. */
export const projectionName = (weights: string): string => `${weights}${PROJECTION}`;

/** Whether a tensor is a projection, and not its momentum. */
export const isProjection = (name: string): boolean => name.endsWith(PROJECTION) && !name.startsWith("momentum/");

/** The shape of the projection of weights [k,k,...] or, of a 1x1 convolution, [channels,outputs]: a plane, the same for all channels. */
export const projectionShape = (weights: readonly number[]): readonly [number, number] =>
  weights.length === 2 ? [1, 1] : [weights[0] ?? 1, weights[1] ?? 1];

/**
 * The tensors of a network that is trained no more: projections are taken into the signs of their weights, and are gone. The network
 * computes the same with them, to the last bit, as a network of `binarizer: xnor`. Without projections nothing changes.
 */
export const withoutProjections = (tensors: Tensors): Tensors =>
  new Map(
    [...tensors].flatMap(([name, value]): readonly [string, TensorValue][] => {
      if (isProjection(name)) return [];
      const projection = tensors.get(projectionName(name));
      if (projection === undefined) return [[name, value]];
      return [[name, { shape: value.shape, values: projectedValues(value.values, projection.values) }]];
    }),
  );

/**
 * That a state has no projections but those of its network. Without the signs that they change, its weights would be others.
 * @param parameters of the network
 * @throws InvalidInput for a state of another binarizer
 */
export const requireNoOtherProjections = (parameters: readonly { readonly name: string }[], state: Tensors): void => {
  const own = new Set(parameters.map(({ name }) => name));
  const other = [...state.keys()].find((name) => isProjection(name) && !own.has(name));
  if (other === undefined) return;
  throw invalidInput(
    ["state", other],
    "a projection",
    "none: the network has binarizer xnor, and this checkpoint is of pcnn",
    "Take a checkpoint that was trained with the same spec, or say spec.binarizer: pcnn.",
  );
};
