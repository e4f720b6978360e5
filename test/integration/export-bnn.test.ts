import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compact, lower, runGraph, writeModel } from "@bnas/model";
import { load } from "@bnas/runtime";
import { PUBLISHED } from "@bnas/search";
import { afterAll, describe, expect, it } from "vitest";
import { imagesFor, modelWith } from "../../packages/model/test/builders.js";
import { bnas, temporaryFolder } from "./bnas.js";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("bnas export --format bnn", () => {
  it.each([
    ["none", "tensor"],
    ["weights", "tensor"],
    ["weights+activations", "tensor"],
    ["weights", "channel"],
    ["weights+activations", "channel"],
  ] as const)(
    "leaves a file that the runtime computes as the reference does, and its proof: %s, a scale a %s",
    async (binarize, xnor) => {
      const model = modelWith({
        genotype: PUBLISHED,
        network: { binarize, xnor, cells: 5, channels: 8 },
        input: { height: 16, width: 16, channels: 3 },
      });
      const [from, out] = [join(folder, `${binarize}-${xnor}`), join(folder, `out-${binarize}-${xnor}`)];
      await writeModel(from, model);
      const ended = await bnas("export", from, "--format", "bnn", "--out", out, "--images", "4");
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      expect(ended.stdout).toContain("numbers of 16 bits: logits differ by at most ");
      expect(readdirSync(out).sort()).toEqual(["export-check.json", "model.bnn"]);
      const proof = JSON.parse(readFileSync(join(out, "export-check.json"), "utf8"));
      expect(proof).toMatchObject({
        format: "bnn",
        consumers: [{ name: "runtime", versions: { node: process.version } }],
      });
      expect(proof.rounding.largest).toBeGreaterThan(0);

      const network = await load(readFileSync(join(out, "model.bnn")));
      const images = imagesFor(model, 3);
      const [found, expected] = [network.logits(images), runGraph(compact(lower(model)), images)];
      for (const [i, logit] of expected.entries())
        expect(Math.abs(logit - (found[i] ?? Number.NaN))).toBeLessThan(1e-4);
    },
  );
});
