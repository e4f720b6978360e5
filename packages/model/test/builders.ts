import { buildDerived, type DerivedOptions } from "@bnas/network";
import {
  type Genotype,
  genotypeOfCells,
  linkTargets,
  PUBLISHED,
  type Space,
  stream,
  type Tensors,
  type TensorValue,
} from "@bnas/search";
import type { Model } from "../src/index.js";
import { derivedOptionsOf, inputShapeOf } from "../src/model.js";

/** A genotype of a space, in which every link has an operation drawn by seed. */
export const genotypeOf = (space: Space, seed: number): Genotype => {
  const { below } = stream(seed, "genotype");
  return genotypeOfCells(space, (cell) =>
    linkTargets(cell).map((to, place, targets) => {
      const before = cell.edges.filter((edge) => edge.to === to).map(({ from }) => from);
      const first = targets.indexOf(to);
      const from = before[(place - first) % before.length] ?? 0;
      return [space.operations[below(space.operations.length)] ?? "none", from] as const;
    }),
  );
};

type Options = Partial<Omit<Model, "network" | "tensors">> & {
  readonly network?: Partial<Model["network"]>;
  readonly seed?: number;
};

/** A small model whose tensors are drawn by seed: as if it had been trained. */
export const modelWith = ({ network = {}, seed = 1, ...rest }: Options = {}): Model => {
  const config: Omit<Model, "tensors"> = {
    genotype: PUBLISHED,
    input: { height: 8, width: 8, channels: 3 },
    classes: ["cat", "dog", "bird"],
    normalization: { mean: [0.5, 0.4, 0.6], std: [0.25, 0.3, 0.2] },
    origin: { search: "demo", seed },
    network: { cells: 3, channels: 4, stem: "cifar", binarize: "weights", epsilon: 1e-5, ...network },
    ...rest,
  };
  return { ...config, tensors: tensorsFor(config, seed) };
};

const tensorsFor = (config: Omit<Model, "tensors">, seed: number): Tensors => {
  const options: DerivedOptions = derivedOptionsOf(config);
  const built = buildDerived(config.genotype, options, inputShapeOf(config));
  const tensors = new Map<string, TensorValue>(built.initialState(seed));
  for (const { name, shape } of built.parameters) {
    const { gaussian, next } = stream(seed, "tensors", name);
    const draw = (f: () => number): TensorValue => ({ shape, values: Float32Array.from({ length: shape[0] ?? 0 }, f) });
    if (name.endsWith(".shift"))
      tensors.set(
        name,
        draw(() => 0.2 * gaussian()),
      );
    const norm = /^(.*)\.scale$/.exec(name)?.[1];
    if (norm === undefined) continue;
    tensors.set(
      name,
      draw(() => (next() < 0.2 ? -1 : 1) * (0.5 + next())),
    );
    tensors.set(
      `${norm}.mean`,
      draw(() => 0.1 * gaussian()),
    );
    tensors.set(
      `${norm}.variance`,
      draw(() => 0.2 + next()),
    );
  }
  return tensors;
};

/** Normalized images of noise. */
export const imagesFor = ({ input }: Pick<Model, "input">, count: number, seed = 1): Float32Array => {
  const { gaussian } = stream(seed, "images");
  return Float32Array.from({ length: count * input.height * input.width * input.channels }, gaussian);
};
