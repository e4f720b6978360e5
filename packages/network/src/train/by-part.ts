import { nth } from "@bnas/search";
import { add, type Tensor, type Tensor4D, engine as tfjs, tidy } from "@tensorflow/tfjs-core";
import type { Layers } from "../paper/layers.js";
import type { Part } from "../paper/parts.js";
import { type Loss, lossOf } from "./loss.js";

/**
 * Loss and gradients with the activations of one part of the network at a time: the forward pass keeps only what each part
 * gives, and the backward pass computes every part again, with a tape, when its turn comes (Chen et al., 2016, "Training
 * deep nets with sublinear memory cost"). It costs one more forward pass and saves most of the memory.
 * @param wanted tensors to differentiate by
 * @returns the gradients by name, none where the loss does not depend on the tensor
 */
export const differentiateByPart = (
  parts: readonly Part<Tensor4D>[],
  net: Layers<Tensor4D>,
  images: Tensor4D,
  labels: ArrayLike<number>,
  wanted: ReadonlyMap<string, Tensor>,
): { readonly outcome: Loss; readonly gradients: ReadonlyMap<string, Float32Array> } => {
  const gradients = new Map<string, Float32Array>();
  const values: Tensor4D[] = [images];
  for (const part of parts.slice(0, -1)) values.push(tidy(() => part.run(net, inputsOf(part, values))));

  let outcome: Loss | undefined;
  // The gradient of every value, as the parts that read it add to it.
  const dys = new Map<number, Tensor4D>();
  for (let index = parts.length - 1; index >= 0; index--) {
    const part = nth(parts, index);
    const made = values[index + 1];
    const dy = dys.get(index + 1);
    const isLast = made === undefined;
    const useful = parts.slice(0, index + 1).some((earlier) => [...wanted.keys()].some((name) => owns(earlier, name)));
    if (!useful || (!isLast && dy === undefined)) continue;

    tidy(() => {
      const inputs = [...new Set(part.reads)].filter((read) => read > 0);
      const own = [...wanted].filter(([name]) => owns(part, name));
      const { grads } = tfjs().gradients<Tensor>(
        () => {
          const y = part.run(net, inputsOf(part, values));
          if (!isLast) return y;
          const loss = lossOf(y, labels);
          outcome = loss.outcome;
          return loss.value;
        },
        [...inputs.map((read) => nth(values, read)), ...own.map(([, tensor]) => tensor)],
        dy,
        true,
      );
      own.forEach(([name], place) => {
        const gradient = grads[inputs.length + place];
        if (gradient != null) gradients.set(name, sum(gradients.get(name), new Float32Array(gradient.dataSync())));
      });
      return inputs.flatMap((read, place) => {
        const gradient = grads[place];
        if (gradient == null) return [];
        const before = dys.get(read);
        const total = before === undefined ? gradient : add(before, gradient);
        before?.dispose();
        dys.set(read, total as Tensor4D); // It has the shape of the value.
        return [total];
      });
    });
    made?.dispose();
    dy?.dispose();
  }
  if (outcome === undefined) throw new RangeError("a network without parts has no loss");
  return { outcome, gradients };
};

/** Cells of a kind share their mixtures, so a mixture has several owners. */
const owns = (part: Part<Tensor4D>, name: string): boolean =>
  name.startsWith(`${part.name}.`) || (part.cell !== null && name.startsWith(`mixture.${part.cell.kind}.`));

const inputsOf = (part: Part<Tensor4D>, values: readonly Tensor4D[]): readonly Tensor4D[] =>
  part.reads.map((read) => nth(values, read));

const sum = (a: Float32Array | undefined, b: Float32Array): Float32Array =>
  a === undefined ? b : b.map((value, i) => value + (a[i] ?? 0));
