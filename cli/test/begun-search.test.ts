import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { factsFileText, parseFactsFile } from "@bnas/log";
import { parseSpec, record } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { beginOrContinue } from "../src/commands/local/begun-search.js";

const time = "2026-01-02T03:04:05.000Z";
const clock = () => new Date(time);
const input = { preset: "smoke", strategy: "random" };
const opened = record("random-0", { kind: "search.opened", spec: parseSpec(input) }, "pruner", time);
const described = record("random-0", { kind: "data.described", datasetDigest: "d".repeat(64) }, "pruner", time);

const folder = (): string => mkdtempSync(join(tmpdir(), "bnas-"));
const factsIn = (out: string) => {
  const path = join(out, "facts.jsonl");
  return parseFactsFile(readFileSync(path, "utf8"), path).facts;
};
const torn = (text: string, bytes: number): string => text.slice(0, bytes);

/** What a kill may leave, from the first moment on, and how many facts of it are whole. */
const KILLED: Readonly<Record<string, { readonly leave: (out: string) => void; readonly facts: number }>> = {
  "an empty folder": { leave: () => {}, facts: 0 },
  "a folder with a file of 0 bytes": { leave: (out) => writeFileSync(join(out, "facts.jsonl"), ""), facts: 0 },
  "a first line that is cut off": {
    leave: (out) => writeFileSync(join(out, "facts.jsonl"), torn(factsFileText([opened]), 300)),
    facts: 0,
  },
  "a file that a power cut filled with zeros": {
    leave: (out) => writeFileSync(join(out, "facts.jsonl"), Buffer.alloc(512)),
    facts: 0,
  },
  "blobs without a file of facts": { leave: (out) => mkdirSync(join(out, "blobs")), facts: 0 },
  "the first fact alone": {
    leave: (out) => writeFileSync(join(out, "facts.jsonl"), factsFileText([opened])),
    facts: 1,
  },
  "a second line that is cut off": {
    leave: (out) => {
      writeFileSync(join(out, "facts.jsonl"), factsFileText([opened]));
      appendFileSync(join(out, "facts.jsonl"), torn(factsFileText([described]), 100));
    },
    facts: 1,
  },
};

describe("a search that was killed in its first moments", () => {
  it.each(Object.keys(KILLED).flatMap((what) => [[what, true] as const, [what, false] as const]))(
    "continues from %s, with --resume: %s",
    async (what, resume) => {
      const out = folder();
      KILLED[what]?.leave(out);
      const begun = await beginOrContinue({ spec: { input }, out, resume }, clock);
      expect(begun).toMatchObject({ searchId: "random-0", folder: out, sequence: KILLED[what]?.facts });
      expect(factsIn(out).map(({ fact }) => fact.kind)).toEqual(["search.opened"]);
    },
  );

  it.each(Object.entries(KILLED).filter(([, { facts }]) => facts > 0))(
    "continues from %s by --resume alone",
    async (_, { leave }) => {
      const out = folder();
      leave(out);
      expect(await beginOrContinue({ spec: {}, out, resume: true }, clock)).toMatchObject({ searchId: "random-0" });
    },
  );

  it.each(Object.entries(KILLED).filter(([, { facts }]) => facts === 0))(
    "is begun by the same command where --resume alone finds no spec: %s",
    async (_, { leave }) => {
      const out = folder();
      leave(out);
      const alone = beginOrContinue({ spec: {}, out, resume: true }, clock);
      await expect(alone).rejects.toThrow(/facts\.jsonl.*run the command again as it was/s);
      await expect(beginOrContinue({ spec: { input }, out, resume: false }, clock)).resolves.toMatchObject({
        sequence: 0,
      });
    },
  );
});

describe("the folder of a search", () => {
  it("has its first fact before anything is started", async () => {
    const out = join(folder(), "new");
    await beginOrContinue({ spec: { input }, out, resume: false }, clock);
    expect(factsIn(out)).toHaveLength(1);
  });

  it("is left as it was found when the search is refused", async () => {
    const [made, empty] = [join(folder(), "new"), folder()];
    for (const out of [made, empty])
      await (await beginOrContinue({ spec: { input }, out, resume: false }, clock)).undo();
    expect(existsSync(made)).toBe(false);
    expect(readdirSync(empty)).toEqual([]);
  });

  it("keeps its facts when a search that was begun before is refused", async () => {
    const out = folder();
    writeFileSync(join(out, "facts.jsonl"), factsFileText([opened]));
    await (await beginOrContinue({ spec: { input }, out, resume: false }, clock)).undo();
    expect(factsIn(out)).toHaveLength(1);
  });

  it("of another search is not touched, and the field that differs is named", async () => {
    const out = folder();
    writeFileSync(join(out, "facts.jsonl"), factsFileText([opened]));
    const other = beginOrContinue({ spec: { input, seed: 4 }, out, resume: false }, clock);
    await expect(other).rejects.toThrow(/spec\.seed.*4.*0.*another folder/s);
  });

  it("that holds anything else is not touched", async () => {
    const out = folder();
    writeFileSync(join(out, "facts.jsonl"), "");
    writeFileSync(join(out, "mine.txt"), "mine");
    const begun = beginOrContinue({ spec: { input }, out, resume: true }, clock);
    await expect(begun).rejects.toThrow(/nothing is written over/);
    expect(readFileSync(join(out, "facts.jsonl"), "utf8")).toBe("");
  });

  it("that is not there is not resumed: a name may be misspelt", async () => {
    const out = join(folder(), "mispelt");
    await expect(beginOrContinue({ spec: { input }, out, resume: true }, clock)).rejects.toThrow(/no such folder/);
    expect(existsSync(out)).toBe(false);
  });
});
