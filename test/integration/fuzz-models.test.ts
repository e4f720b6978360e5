import { isInvalidInput } from "@bnas/errors";
import { compact, decodeSafetensors, encodeBnn, encodeSafetensors, lower, runGraph } from "@bnas/model";
import { DamagedFile, decodeBnn, load } from "@bnas/runtime";
import { describe, expect, it } from "vitest";
import { imagesFor, modelWith } from "../../packages/model/test/builders.js";
import { COUNT, SEED } from "../fuzz/count.js";
import { damaged } from "../fuzz/damaged-models.js";

const model = modelWith({ network: { binarize: "weights+activations" } });

describe(`${COUNT} damaged files of a model, seed ${SEED}`, () => {
  it("are refused by the reader of bnn with a byte of the file, or are a graph that the runtime computes as the reference does", async () => {
    const whole = encodeBnn(compact(lower(model)));
    for (let number = 0; number < COUNT; number++) {
      const bytes = damaged(whole, SEED, number);
      const same = bytes.length === whole.length && bytes.every((byte, i) => byte === whole[i]);
      try {
        const graph = decodeBnn(bytes);
        expect(same || number % 5 === 4, `damage ${number} was not seen`).toBe(true);
        const small = graph.nodes.every(({ shape }) => shape.height * shape.width * shape.channels < 4096);
        if (!small) continue;
        const images = imagesFor(graph, 1, number);
        const [found, expected] = [(await load(bytes)).logits(images), runGraph(graph, images)];
        for (const [i, logit] of expected.entries()) {
          // Damaged numbers may be so large that a sum is infinite, or is so in one order only.
          if (Math.abs(logit) > 1e30 || !Number.isFinite(logit)) continue;
          expect(Math.abs(logit - (found[i] ?? Number.NaN)), `damage ${number}`).toBeLessThan(
            1e-3 * (1 + Math.abs(logit)),
          );
        }
      } catch (error) {
        if (!(error instanceof DamagedFile)) throw new Error(`damage ${number}`, { cause: error });
        expect(error.byte).toBeGreaterThanOrEqual(0);
        expect(error.byte).toBeLessThanOrEqual(Math.max(bytes.length, whole.length));
        expect(error.expected).not.toBe("");
      }
    }
  });

  it("are refused by the reader of safetensors with a field or a byte, or are tensors that fill the file", () => {
    const whole = encodeSafetensors(model.tensors);
    for (let number = 0; number < COUNT; number++) {
      const bytes = damaged(whole, SEED, number);
      try {
        const size = [...decodeSafetensors(bytes).values()].reduce((sum, { values }) => sum + 4 * values.length, 0);
        const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
        expect(8 + header + size, `damage ${number}`).toBe(bytes.length);
      } catch (error) {
        if (!isInvalidInput(error)) throw new Error(`damage ${number}`, { cause: error });
        expect(error.path?.[0]).toBe("safetensors");
      }
    }
  });
});
