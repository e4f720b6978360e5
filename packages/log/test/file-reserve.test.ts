import { stat, writeFile } from "node:fs/promises";
import { temporaryFolder } from "@bnas/testing/contracts";
import { describe, expect, it } from "vitest";
import { FileReserve } from "../src/file-reserve.js";

const folder = temporaryFolder();
/** A file of facts that has one. */
const begun = async (): Promise<string> => {
  const facts = await folder.fresh();
  await writeFile(facts, "a fact\n");
  return facts;
};

describe("what is kept beside a file of facts", () => {
  it("is 1 MiB, made once, and made whole again after it was used", async () => {
    const facts = await begun();
    const reserve = new FileReserve(facts);
    expect(await reserve.keep()).toBeUndefined();
    expect(await reserve.keep()).toBeUndefined();
    const { size } = await stat(`${facts}.reserve`);
    expect(size).toBe(2 ** 20);
    expect(await reserve.openStep()).toBe(true);
    expect((await stat(`${facts}.reserve`)).size).toBe(size - 2 ** 16);
    await reserve.keep();
    expect((await stat(`${facts}.reserve`)).size).toBe(size);
  });

  it("is given back in 16 steps, of whatever process, and is used up then", async () => {
    const facts = await begun();
    await new FileReserve(facts).keep();
    for (let step = 0; step < 16; step++) expect(await new FileReserve(facts).openStep()).toBe(true);
    expect(await new FileReserve(facts).openStep()).toBe(false);
  });

  it("gives the rest where a crash has left less than a step", async () => {
    const facts = await folder.fresh();
    await writeFile(`${facts}.reserve`, "x");
    const reserve = new FileReserve(facts);
    expect(await reserve.openStep()).toBe(true);
    expect(await reserve.openStep()).toBe(false);
  });

  it("is not there before the first fact, nor after who has kept it", async () => {
    const none = await folder.fresh();
    await new FileReserve(none).keep();
    await expect(stat(`${none}.reserve`)).rejects.toThrow("ENOENT");
    const facts = await begun();
    const reserve = new FileReserve(facts);
    await reserve.keep();
    await reserve.remove();
    await expect(stat(`${facts}.reserve`)).rejects.toThrow("ENOENT");
  });

  it("is nothing where none was kept", async () => {
    expect(await new FileReserve(await folder.fresh()).openStep()).toBe(false);
  });
});
