import { nth } from "@bnas/search";
import { add, type Scalar, type Tensor, type Tensor4D, engine as tfjs, tidy } from "@tensorflow/tfjs-core";
import type { Layers } from "../paper/layers.js";
import type { Part } from "../paper/parts.js";
import type { Loss } from "./loss.js";

/** A network that is differentiated one part at a time. */
export type NetworkByPart<L extends Layers<Tensor4D>> = {
  readonly parts: readonly Part<Tensor4D, L>[];
  /** Layers that run a part: for the first time, or again, to the same value. */
  readonly netOf: (part: string, time: "first" | "again") => L;
  readonly images: Tensor4D;
  readonly lossOfLogits: (logits: Tensor4D) => { readonly value: Scalar; readonly outcome: Loss };
  /** A head that reads the value of one part, and adds a loss of its own: `name` is the prefix of its weights. */
  readonly head: {
    readonly name: string;
    readonly reads: string;
    readonly loss: (net: L, value: Tensor4D) => Scalar;
  } | null;
};

/**
 * Loss and gradients with the activations of one part of the network at a time: the forward pass keeps only what each part
 * gives, and the backward pass computes every part again, with a tape, when its turn comes (Chen et al., 2016, "Training
 * deep nets with sublinear memory cost"). It costs one more forward pass and saves most of the memory.
 * @param wanted tensors to differentiate by
 * @returns the gradients by name, none where the loss does not depend on the tensor
 */
export const differentiateByPart = <L extends Layers<Tensor4D>>(
  { parts, netOf, images, lossOfLogits, head }: NetworkByPart<L>,
  wanted: ReadonlyMap<string, Tensor>,
): { readonly outcome: Loss; readonly gradients: ReadonlyMap<string, Float32Array> } => {
  const gradients = new Map<string, Float32Array>();
  const values: Tensor4D[] = [images];
  for (const part of parts.slice(0, -1)) {
    values.push(tidy(() => part.run(netOf(part.name, "first"), inputsOf(part, values))));
  }

  let outcome: Loss | undefined;
  // The gradient of every value, as the parts that read it add to it.
  const dys = new Map<number, Tensor4D>();
  for (let index = parts.length - 1; index >= 0; index--) {
    const part = nth(parts, index);
    const made = values[index + 1];
    const isLast = made === undefined;
    if (head !== null && head.reads === part.name && made !== undefined) {
      const own = [...wanted].filter(([name]) => name.startsWith(`${head.name}.`));
      const dyOfHead = tidy(() => {
        const { grads } = tfjs().gradients<Tensor>(
          () => head.loss(netOf(head.name, "first"), made),
          [made, ...own.map(([, tensor]) => tensor)],
          undefined,
          true,
        );
        keep(own, grads.slice(1), gradients);
        return grads[0] as Tensor4D;
      });
      addGradient(dys, index + 1, dyOfHead);
    }
    const dy = dys.get(index + 1);
    const useful = parts.slice(0, index + 1).some((earlier) => [...wanted.keys()].some((name) => owns(earlier, name)));
    if (!useful || (!isLast && dy === undefined)) continue;

    tidy(() => {
      const inputs = [...new Set(part.reads)].filter((read) => read > 0);
      const own = [...wanted].filter(([name]) => owns(part, name));
      const { grads } = tfjs().gradients<Tensor>(
        () => {
          const y = part.run(netOf(part.name, isLast ? "first" : "again"), inputsOf(part, values));
          if (!isLast) return y;
          const loss = lossOfLogits(y);
          outcome = loss.outcome;
          return loss.value;
        },
        [...inputs.map((read) => nth(values, read)), ...own.map(([, tensor]) => tensor)],
        dy,
        true,
      );
      keep(own, grads.slice(inputs.length), gradients);
      return inputs.flatMap((read, place) => {
        const gradient = grads[place];
        // The engine leaves a gap where nothing depends on a tensor, whatever its types say.
        return gradient == null ? [] : [addGradient(dys, read, gradient as Tensor4D)]; // It has the shape of the value.
      });
    });
    made?.dispose();
    dy?.dispose();
  }
  if (outcome === undefined) throw new RangeError("a network without parts has no loss");
  return { outcome, gradients };
};

/** Gradients of tensors to numbers, added to those of parts that were before. */
const keep = (
  own: readonly (readonly [string, Tensor])[],
  grads: readonly Tensor[],
  gradients: Map<string, Float32Array>,
): void => {
  own.forEach(([name], place) => {
    const gradient = grads[place];
    if (gradient != null) gradients.set(name, sum(gradients.get(name), new Float32Array(gradient.dataSync())));
  });
};

/** One more gradient of a value, in the place of their sum so far. */
const addGradient = (dys: Map<number, Tensor4D>, index: number, gradient: Tensor4D): Tensor4D => {
  const before = dys.get(index);
  const total = before === undefined ? gradient : (add(before, gradient) as Tensor4D); // Both have the shape of the value.
  before?.dispose();
  dys.set(index, total);
  return total;
};

/** Cells of a kind share their mixtures, so a mixture has several owners. */
const owns = (part: Pick<Part<Tensor4D>, "name" | "cell">, name: string): boolean =>
  name.startsWith(`${part.name}.`) || (part.cell !== null && name.startsWith(`mixture.${part.cell.kind}.`));

const inputsOf = (part: Pick<Part<Tensor4D>, "reads">, values: readonly Tensor4D[]): readonly Tensor4D[] =>
  part.reads.map((read) => nth(values, read));

const sum = (a: Float32Array | undefined, b: Float32Array): Float32Array =>
  a === undefined ? b : b.map((value, i) => value + (a[i] ?? 0));
