import { writeFile } from "node:fs/promises";
import { control } from "@bnas/testing";
import { temporaryFolder } from "@bnas/testing/contracts";
import { describe, expect, it, vi } from "vitest";
import { writeLine } from "../src/fact-line.js";
import { FileFacts, type InFile } from "../src/file-facts.js";
import { LineFile } from "../src/line-file.js";

const folder = temporaryFolder();

/** A file of facts with so many bytes between them, its entries, and the reads of the file: where, and how many bytes. */
const factsApart = async (gaps: readonly number[]) => {
  const path = await folder.fresh();
  let text = "";
  const entries: InFile[] = [];
  for (const [i, gap] of [0, ...gaps].entries()) {
    const line = writeLine(control(i + 1)).text;
    text += " ".repeat(gap);
    entries.push({
      subject: control(i + 1).subject,
      sequence: i + 1,
      offset: text.length,
      length: line.length,
      stored: undefined,
    });
    text += line;
  }
  await writeFile(path, text);
  const file = await LineFile.open(path);
  const at = vi.spyOn(file, "at");
  return { facts: new FileFacts(file), entries, reads: at.mock.calls, close: () => file.close() };
};

const numbers = (facts: readonly { readonly sequence: number }[]) => facts.map(({ sequence }) => sequence);

describe("facts by their places in a file", () => {
  it("are read together when they are near each other, from the first byte of the first to the last of the last", async () => {
    const { facts, entries, reads, close } = await factsApart([0, 100, 2 ** 16 - 1, 2 ** 16, 5]);
    expect(await facts.loadAll(entries)).toMatchObject(
      entries.map(({ sequence }) => ({ ...control(sequence), sequence })),
    );
    const spans = [entries.slice(0, 4), entries.slice(4)].map((group) => {
      const [first, last] = [group[0]?.offset ?? 0, group.at(-1)];
      return [first, (last?.offset ?? 0) + (last?.length ?? 0) - first];
    });
    expect(reads).toEqual(spans);
    await close();
  });

  it("are read in parts of 4 MiB at most, however near they are", async () => {
    const { facts, entries, reads, close } = await factsApart(Array.from({ length: 80 }, () => 2 ** 16 - 1));
    expect(numbers(await facts.loadAll(entries))).toEqual(numbers(entries));
    expect(reads).toHaveLength(2);
    for (const [, length] of reads) expect(length).toBeLessThan(2 ** 22);
    await close();
  });

  it("are not read again where they are kept", async () => {
    const { facts, entries, reads, close } = await factsApart([0, 0]);
    const kept = entries.map((entry) => ({
      ...entry,
      stored: { ...control(entry.sequence), sequence: entry.sequence },
    }));
    expect(numbers(await facts.loadAll(kept))).toEqual([1, 2, 3]);
    const [one] = kept;
    expect(one && (await facts.load(one))).toBe(one?.stored);
    expect(reads).toEqual([]);
    expect(numbers(await facts.loadAll([...kept.slice(0, 2), ...entries.slice(2)]))).toEqual([1, 2, 3]);
    expect(reads).toHaveLength(1);
    await close();
  });
});
