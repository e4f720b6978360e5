import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { exportModel } from "@bnas/export";
import { type Model, readModel } from "@bnas/model";
import { type Engine, openEngine } from "@bnas/network";
import { darts, nasBench201 } from "@bnas/search";
import { beforeAll, describe, expect, it } from "vitest";
import { genotypeOf, modelWith } from "../../packages/model/test/builders.js";
import { pythonWithTorch } from "../consumers/python.js";
import { temporaryFolder } from "./bnas.js";

const run = promisify(execFile);
const { path: python = "", missing } = await pythonWithTorch();

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("wasm");
});

const exported = async (model: Model) => {
  const out = join(temporaryFolder(), "out");
  const proof = await exportModel(model, { format: "safetensors", out, engine, python, folder: ".", images: 4 });
  return { out, proof };
};

describe("a Hugging Face folder", () => {
  it("is a model's folder, with a card that says what the model is", async () => {
    const model = modelWith({ origin: { dataset: "cifar10 | a part", seed: 3 } });
    const { out } = await exported(model);
    expect(await readModel(out)).toEqual(model);
    const card = readFileSync(join(out, "README.md"), "utf8");
    expect(card).toMatch(/^---\nlibrary_name: pytorch\npipeline_tag: image-classification\n/);
    expect(card).toContain("Genotype(normal=[");
    expect(card).toContain("| classes | cat, dog, bird |");
    expect(card).toContain("| dataset | cifar10 \\| a part |");
  });
});

describe.skipIf(missing !== "")(`the page of PyTorch in a Hugging Face folder${missing}`, () => {
  for (const binarize of ["none", "weights", "weights+activations"] as const) {
    it(`gives the logits that were trained: ${binarize}`, async () => {
      const { proof } = await exported(modelWith({ genotype: genotypeOf(darts, 1), network: { binarize } }));
      const [consumer] = proof.consumers;
      expect(consumer?.name).toBe("torch");
      expect(consumer?.logits.largest).toBeLessThan(1e-4);
      expect((consumer?.layers.sums ?? 0) > 0).toBe(binarize === "weights+activations");
    });
  }

  it("does so with a scale for each output channel", async () => {
    const network = { binarize: "weights+activations", xnor: "channel" } as const;
    const { proof } = await exported(modelWith({ genotype: genotypeOf(darts, 3), network }));
    expect(proof.consumers[0]?.logits.largest).toBeLessThan(1e-4);
  });

  it("does so with the stem of ImageNet, another epsilon, and in the space of NAS-Bench-201", async () => {
    const binarize = "weights+activations";
    const input = { height: 32, width: 64, channels: 3 };
    const deep = modelWith({ input, network: { binarize, stem: "imagenet", epsilon: 0.3 } });
    expect((await exported(deep)).proof.consumers).toHaveLength(1);
    const other = modelWith({ genotype: genotypeOf(nasBench201, 3), space: nasBench201, network: { binarize } });
    expect((await exported(other)).proof.consumers).toHaveLength(1);
  });

  it("runs as the card shows it", async () => {
    const { out } = await exported(modelWith());
    const [code = ""] = /(?<=```python\n)[^`]*/.exec(readFileSync(join(out, "README.md"), "utf8")) ?? [];
    const images = "import torch\npixels = torch.randint(0, 256, (2, 8, 8, 3))\n";
    const { stdout } = await run(python, ["-c", images + code], { cwd: out });
    expect(["cat", "dog", "bird"]).toContain(stdout.trim());
  });
});
