import { readFile } from "node:fs/promises";
import type { Recorded } from "@bnas/search";
import { control, trained, withoutSequence } from "@bnas/testing";
import { temporaryFolder } from "@bnas/testing/contracts";
import { describe, expect, it } from "vitest";
import { writeLine } from "../src/fact-line.js";
import { factsFileText, parseFactsFile } from "../src/facts-file.js";
import { FileLog } from "../src/file-log.js";

const folder = temporaryFolder();

const textOf = (facts: readonly Recorded[]): string => facts.map((fact) => `${writeLine(fact).text}\n`).join("");

describe("parseFactsFile", () => {
  const facts = [control(1), trained(1), control(2, "search.resumed")];
  const text = textOf(facts);

  it("reads what a log wrote: the first fact of every subject with the number of its line", () => {
    const { facts: read, tornTail } = parseFactsFile(textOf([...facts, control(1, "search.resumed"), control(3)]), "f");
    expect(read).toEqual([...facts, control(3)].map((fact, i) => ({ ...fact, sequence: i === 3 ? 5 : i + 1 })));
    expect(tornTail).toBe(false);
  });

  it("leaves out a last line that is cut off, wherever it is, and says so; a whole one counts without its newline", () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const part = text.slice(0, cut);
      const isWhole = part === "" || part.endsWith("\n") || text[cut] === "\n";
      const lines = part.split("\n").length - (text[cut] === "\n" ? 0 : 1);
      const read = parseFactsFile(part, "f");
      expect(read.facts.map(withoutSequence)).toEqual(facts.slice(0, lines));
      expect(read.tornTail).toBe(!isWhole);
    }
  });

  it("refuses any other byte in the place of any byte of a whole line, its newline included, and names the line", () => {
    for (let i = 0; i < text.length; i++) {
      const line = text.slice(0, i).split("\n").length;
      for (const replacement of ["\0", " ", '"', "}", "0", "a", ",", "\u00ff"]) {
        if (text[i] === replacement) continue;
        const flipped = text.slice(0, i) + replacement + text.slice(i + 1);
        expect(() => parseFactsFile(flipped, "f"), `byte ${i} to ${JSON.stringify(replacement)}`).toThrow(
          `f line ${line}`,
        );
      }
    }
  });

  it("refuses a newline in a whole line, but for its last byte: that is what a crash leaves", () => {
    const end = text.indexOf("\n");
    for (let i = 0; i < end - 1; i++) {
      expect(() => parseFactsFile(`${text.slice(0, i)}\n${text.slice(i + 1)}`, "f"), `byte ${i}`).toThrow(
        /f line [12]/,
      );
    }
  });

  it("refuses a file of something else", () => {
    expect(() => parseFactsFile("hello\n", "f")).toThrow("f line 1");
    expect(() => parseFactsFile(JSON.stringify(control(1)), "f")).toThrow("f line 1");
  });
});

describe("the text of a file of facts", () => {
  it("is what a log writes of them, and gives them back", async () => {
    const facts = [control(1), trained(1), control(2)];
    const path = await folder.fresh();
    const log = await FileLog.open(path);
    for (const fact of facts) await log.append(fact);
    await log.close();
    expect(factsFileText(facts)).toBe(await readFile(path, "utf8"));
    expect(parseFactsFile(factsFileText(facts), path).facts).toEqual(
      facts.map((fact, i) => ({ ...fact, sequence: i + 1 })),
    );
  });
});
