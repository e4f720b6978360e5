import { InvalidInput } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { openEngine } from "../src/engine.js";

const isInstalled = (name: string): Promise<boolean> =>
  import(name).then(
    () => true,
    () => false,
  );

describe("an engine", () => {
  it("tells what may change the bits of its results, in a digest that is the same each time", async () => {
    const wasm = await openEngine("wasm");
    expect(wasm.name).toBe("wasm");
    expect(wasm.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(wasm.versions).toMatchObject({
      node: process.versions.node,
      kernels: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await openEngine("wasm")).digest).toBe(wasm.digest);
    expect((await openEngine("cpu")).digest).not.toBe(wasm.digest);
  });

  it("knows its memory and the most that it can hold", async () => {
    const wasm = await openEngine("wasm");
    expect(wasm.memoryLimit).toBe(2 ** 32);
    expect(wasm.memory()).toBeGreaterThan(2 ** 20);
    expect((await openEngine("cpu")).memoryLimit).toBeNull();
  });

  it("is the best that is installed when none is named", async () => {
    const gpu = await isInstalled("@tensorflow/tfjs-node-gpu");
    const node = await isInstalled("@tensorflow/tfjs-node");
    expect((await openEngine("auto")).name).toBe(gpu ? "gpu" : node ? "node" : "wasm");
  });

  it.each(["node", "gpu"] as const)(
    "that is not installed is refused with the command that installs it: %s",
    async (name) => {
      const packageName = name === "gpu" ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node";
      if (await isInstalled(packageName)) {
        expect((await openEngine(name)).name).toBe(name);
        return;
      }
      const opening = openEngine(name);
      await expect(opening).rejects.toThrow(InvalidInput);
      await expect(opening).rejects.toThrow(`npm install ${packageName}`);
    },
  );
});
