import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFile, open, readFile, rename, truncate, unlink, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Recorded } from "@bnas/search";
import { control, trained, withoutSequence } from "@bnas/testing";
import { logContract, removalContract, temporaryFolder } from "@bnas/testing/contracts";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { writeLine } from "../src/fact-line.js";
import type { Stored } from "../src/fact-log.js";
import { factsFileText, parseFactsFile } from "../src/facts-file.js";
import { FileLog } from "../src/file-log.js";

const folder = temporaryFolder();
/** The process runs what stands in src, as this test does. */
const fromSource = ["--import=tsx", "--conditions=@bnas/source"];
const script = fileURLToPath(new URL("./append-until-killed.ts", import.meta.url));

const textOf = (facts: readonly Recorded[]): string => facts.map((fact) => `${writeLine(fact).text}\n`).join("");

const readAll = async (path: string): Promise<readonly Stored[]> => {
  const log = await FileLog.open(path);
  const facts = await log.read(">");
  await log.close();
  return facts;
};

logContract("FileLog", async () => FileLog.open(await folder.fresh()));
removalContract("FileLog", async () => FileLog.open(await folder.fresh()));

describe("FileLog: the file", () => {
  it("is there again when it is opened again, in folders that it made", async () => {
    const path = await folder.path("a/b/facts.jsonl");
    const log = await FileLog.open(path);
    const { stored } = await log.append(control(1));
    await log.close();
    expect(await readAll(path)).toEqual([stored]);
  });

  it("has one line of JSON a fact: the fact as recorded, and the SHA-256 of the rest", async () => {
    const path = await folder.fresh();
    const log = await FileLog.open(path);
    await log.append(control(1));
    await log.append(control(1, "search.resumed"));
    await log.close();
    const [line = "", ...rest] = (await readFile(path, "utf8")).split("\n");
    expect(rest).toEqual([""]);
    expect(JSON.parse(line)).toEqual({ ...control(1), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("counts sequences by lines, those that were no first fact of their subject too", async () => {
    const path = await folder.fresh();
    await writeFile(path, textOf([control(1), control(1, "search.resumed"), control(2)]));
    expect((await readAll(path)).map(({ sequence }) => sequence)).toEqual([1, 3]);
  });

  it("reads exactly the whole facts of a file cut at any byte, and takes new ones after", async () => {
    const facts = [control(1), trained(1), control(2, "search.resumed")];
    const bytes = Buffer.from(textOf(facts));
    const atNewlines = [...bytes.entries()].flatMap<[number]>(([i, byte]) => (byte === 0x0a ? [[i], [i + 1]] : []));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length }), async (cut) => {
        const path = await folder.fresh();
        const part = bytes.subarray(0, cut);
        await writeFile(path, part);
        const whole = facts.slice(0, part.filter((byte) => byte === 0x0a).length);
        expect((await readAll(path)).map(withoutSequence)).toEqual(whole);
        const log = await FileLog.open(path);
        await log.append(control(9));
        const after = (await log.read(">")).map(withoutSequence);
        await log.close();
        // A line that lacks its newline alone becomes whole by the append after it.
        const ended = part.length > 0 && bytes[cut] === 0x0a ? facts.slice(0, whole.length + 1) : whole;
        expect(after).toEqual([...ended, control(9)]);
        expect((await readAll(path)).map(withoutSequence)).toEqual(after);
      }),
      { numRuns: 60, examples: atNewlines },
    );
  });

  it("reads a fact that was written onto the line of another process's cut write", async () => {
    const path = await folder.fresh();
    const torn = textOf([control(1)]).slice(0, 50);
    await writeFile(path, `${textOf([control(2)])}${torn}${torn}${textOf([control(3)])}${textOf([control(4)])}`);
    expect((await readAll(path)).map(({ subject, sequence }) => [subject.slice(-1), sequence])).toEqual([
      ["2", 1],
      ["3", 2],
      ["4", 3],
    ]);
  });

  it("names the file, the line and what to do when a line was edited", async () => {
    const path = await folder.fresh();
    await writeFile(path, textOf([control(1), control(2)]).replace("control.2", "control.3"));
    await expect(FileLog.open(path)).rejects.toThrow(`${path} line 2`);
    await expect(FileLog.open(path)).rejects.toThrow("take the file from a copy");
  });

  it("names the version that it cannot read", async () => {
    const path = await folder.fresh();
    const body = '{"version":2,"subject":"bnas.search.s.opened","made":"later"}';
    await writeFile(path, `${body.slice(0, -1)},"sha256":"${createHash("sha256").update(body).digest("hex")}"}\n`);
    await expect(FileLog.open(path)).rejects.toThrow(`${path} line 1: version: 2 is not allowed; it takes 1.`);
  });

  it("continues failing after a line was edited, and writes nothing more", async () => {
    const path = await folder.fresh();
    const log = await FileLog.open(path);
    await log.append(control(1));
    await appendFile(path, `{"version":1,"made":"by hand"}\n`);
    await expect(log.read(">")).rejects.toThrow("line 2");
    const before = await readFile(path, "utf8");
    await expect(log.append(control(2))).rejects.toThrow("line 2");
    expect(await readFile(path, "utf8")).toBe(before);
    await log.close();
  });

  it("has another process's fact on the disk before it answers that it was the first", async () => {
    const path = await folder.fresh();
    const log = await FileLog.open(path);
    const handle = await open(path, "r");
    const synced = vi.spyOn(Object.getPrototypeOf(handle), "datasync");
    await handle.close();
    await appendFile(path, textOf([control(1)]));
    expect(await log.append(control(1, "search.resumed"))).toMatchObject({ duplicate: true, stored: control(1) });
    expect(synced).toHaveBeenCalledTimes(1);
    vi.restoreAllMocks();
    await log.close();
  });

  it("does what was asked of it before it closes, and refuses what comes after", async () => {
    const path = await folder.fresh();
    await writeFile(path, textOf([control(1), control(2)]));
    const log = await FileLog.open(path);
    const appended = log.append(control(3));
    await log.close();
    expect(await appended).toMatchObject({ duplicate: false, stored: { sequence: 3 } });
    await expect(log.append(control(4))).rejects.toMatchObject({
      code: "LOG_CLOSED",
      message: expect.stringContaining(`file:${path}`),
    });
    const again = await FileLog.open(path);
    const read = again.read(">");
    await again.last();
    await again.close();
    expect((await read).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it("says which fact was first when another process writes one at the same moment", async () => {
    const path = await folder.fresh();
    const log = await FileLog.open(path);
    await log.append(control(1));
    const meanwhile = async (text: string) => {
      const files = Object.getPrototypeOf(await open(path, "r").then(async (file) => file.close().then(() => file)));
      const { write } = files;
      vi.spyOn(files, "write").mockImplementationOnce(async function (this: unknown, ...args) {
        await appendFile(path, text);
        return write.apply(this, args);
      });
    };
    // The log has looked, and not yet written: the line of the other process comes between.
    await meanwhile(textOf([control(2, "search.resumed")]));
    const late = await log.append(control(2, "search.paused"));
    expect(late).toMatchObject({ duplicate: true, stored: { sequence: 2, fact: { kind: "search.resumed" } } });

    await meanwhile(textOf([control(3)]));
    expect(await log.append(control(4))).toMatchObject({ duplicate: false, stored: { sequence: 5 } });

    // The same line twice: its writer is not known, and nothing depends on it.
    await meanwhile(textOf([control(5)]));
    expect(await log.append(control(5))).toMatchObject({ duplicate: false, stored: { sequence: 6 } });
    await log.close();
    vi.restoreAllMocks();
    expect((await readAll(path)).map(({ sequence }) => sequence)).toEqual([1, 2, 4, 5, 6]);
  });

  it("refuses to continue in a file that was cut or deleted under it", async () => {
    const cut = await folder.fresh();
    const first = await FileLog.open(cut);
    await first.append(control(1));
    await truncate(cut, 10);
    await expect(first.append(control(2))).rejects.toThrow("cut the file");
    await first.close();

    const gone = await folder.fresh();
    const second = await FileLog.open(gone);
    await second.append(control(1));
    await unlink(gone);
    await expect(second.append(control(2))).rejects.toThrow("deleted");
    await second.close();
  });

  it("keeps a file that was renamed", async () => {
    const path = await folder.fresh();
    const log = await FileLog.open(path);
    await rename(path, `${path}.moved`);
    await log.append(control(1));
    await log.close();
    expect(await readAll(`${path}.moved`)).toHaveLength(1);
  });
});

describe("FileLog: several on one file", () => {
  it("has one fact a subject and one order for every reader, whichever process appends what when", async () => {
    const append = fc.record({
      log: fc.nat({ max: 1 }),
      number: fc.integer({ min: 1, max: 5 }),
      kind: fc.constantFrom("search.paused" as const, "search.resumed" as const),
      wait: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(append, { maxLength: 24 }), async (appends) => {
        const path = await folder.fresh();
        const logs = await Promise.all([FileLog.open(path), FileLog.open(path)]);
        const pending = [];
        for (const { log, number, kind, wait } of appends) {
          const answer = logs[log]?.append(control(number, kind)).then((appended) => ({ ...appended, number, kind }));
          pending.push(answer);
          if (wait) await answer;
        }
        const answers = await Promise.all(pending);
        const read = await readAll(path);
        expect(read.map(({ subject }) => subject)).toEqual([...new Set(read.map(({ subject }) => subject))]);
        for (const log of logs) expect(await log.read(">")).toEqual(read);
        for (const answer of answers) {
          expect(read).toContainEqual(answer?.stored);
          if (answer?.duplicate === false) expect(answer.stored.fact.kind).toBe(answer.kind);
        }
        expect(
          new Set(answers.filter((answer) => answer?.duplicate === false).map((answer) => answer?.number)).size,
        ).toBe(read.length);
        await Promise.all(logs.map((log) => log.close()));
      }),
      { numRuns: 30 },
    );
  });

  it("has one fact a subject when two processes append the same subjects at once", async () => {
    const path = await folder.fresh();
    const [one, other] = await Promise.all([appendFrom(path, 1, 60), appendFrom(path, 1, 60)]);
    const read = await readAll(path);
    expect(read).toHaveLength(60);
    for (const answers of [one.answers, other.answers]) {
      expect(answers.map(({ number, time }) => [number, time])).toEqual(
        answers.map(({ number }) => [number, read.find(({ subject }) => subject.endsWith(`.${number}`))?.time]),
      );
    }
    const first = [...one.answers, ...other.answers].filter(({ duplicate }) => !duplicate);
    expect(first.map(({ number }) => number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
  });

  it("loses no fact that was acknowledged before a kill -9, again and again on one file", async () => {
    const path = await folder.fresh();
    const acknowledged: number[] = [];
    for (const kill of [7, 23, 41]) {
      const from = 1000 * kill;
      const { answers } = await appendFrom(path, from, from + 999, kill);
      expect(answers.length).toBeGreaterThanOrEqual(kill);
      acknowledged.push(...answers.map(({ number }) => number));
    }
    const subjects = new Set((await readAll(path)).map(({ subject }) => subject));
    expect(acknowledged.filter((number) => !subjects.has(`bnas.search.s.control.${number}`))).toEqual([]);
  });

  it("rejects an append to a full disk, loses nothing that was acknowledged, and takes facts when there is room", async () => {
    const path = await folder.fresh();
    // The limit on a file's size (2 KiB) makes a write stop in the middle, as a full disk does.
    const { answers, code } = await appendFrom(path, 1, 100, undefined, 2);
    expect(code).not.toBe(0);
    expect((await readFile(path)).length).toBe(2048);
    const log = await FileLog.open(path);
    await log.append(control(999));
    const numbers = (await log.read(">")).map(({ subject }) => Number(subject.split(".").at(-1)));
    expect(numbers).toEqual([...answers.map(({ number }) => number), 999]);
    await log.close();
  });
});

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

type Answer = { readonly number: number; readonly duplicate: boolean; readonly time: string };

/** Append in another process; kill it after so many answers; limit the sizes of its files, in KiB. */
async function appendFrom(
  path: string,
  from: number,
  to: number,
  killAfter = Number.POSITIVE_INFINITY,
  sizeLimit: number | "unlimited" = "unlimited",
): Promise<{ readonly answers: readonly Answer[]; readonly code: number | null }> {
  const command = `ulimit -f ${sizeLimit}; exec "$0" "$@"`;
  const child = spawn("bash", ["-c", command, process.execPath, ...fromSource, script, path, `${from}`, `${to}`], {
    stdio: ["ignore", "pipe", "ignore"],
    // What is compiled is not kept: its file could be longer than the limit.
    env: { ...process.env, TSX_DISABLE_CACHE: "1" },
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const answers: Answer[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    answers.push(JSON.parse(line));
    if (answers.length === killAfter) child.kill("SIGKILL");
  }
  return { answers, code: await ended };
}

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
