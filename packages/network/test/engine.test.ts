import { findTensorflow } from "@bnas/kernels";
import { describe, expect, it } from "vitest";
import { openEngine } from "../src/engine/engine.js";

/** Where the engines of this machine are, as a main tells it. */
const here = { folder: process.env.BNAS_ENGINE_DIR, environment: process.env };
const nowhere = { folder: "/nowhere/engine" };

const isBuilt = (name: "node" | "gpu"): Promise<boolean> =>
  findTensorflow(name, here.folder).then(
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

  it("is the best that is built when none is named: gpu with a card, node, wasm", async () => {
    const { name } = await openEngine("auto", here);
    if (await isBuilt("node")) expect(["gpu", "node"]).toContain(name);
    else expect(["gpu", "wasm"]).toContain(name);
    expect((await openEngine("auto", nowhere)).name).toBe("wasm");
  });

  it.each(["node", "gpu"] as const)("that is not built is refused with the command that makes it: %s", async (name) => {
    const opening = openEngine(name, nowhere);
    await expect(opening).rejects.toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    await expect(opening).rejects.toThrow(`npm run engine:${name}`);
  });

  it("node says in its versions what TensorFlow it is, on which device, with how many threads", async () => {
    if (!(await isBuilt("node"))) return expect(openEngine("node", here)).rejects.toThrow("npm run engine:node");
    const { name, versions, memoryLimit, memory } = await openEngine("node", here);
    expect(name).toBe("node");
    expect(versions).toMatchObject({ tensorflow: "2.21.0", device: "cpu", threads: expect.any(String) });
    expect(memoryLimit).toBeNull();
    expect(memory()).toBeGreaterThan(2 ** 26);
  });
});
