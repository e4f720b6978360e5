import { createHash } from "node:crypto";
import { appendFile, open, readFile, rename, truncate, unlink, writeFile } from "node:fs/promises";
import type { Recorded } from "@bnas/search";
import { control, trained, withoutSequence } from "@bnas/testing";
import { logContract, removalContract, temporaryFolder } from "@bnas/testing/contracts";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { writeLine } from "../src/fact-line.js";
import { FileLog } from "../src/file-log.js";
import { readAll } from "./read-all.js";

const folder = temporaryFolder();
const textOf = (facts: readonly Recorded[]): string => facts.map((fact) => `${writeLine(fact).text}\n`).join("");

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
