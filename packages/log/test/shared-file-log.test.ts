import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { control } from "@bnas/testing";
import { temporaryFolder } from "@bnas/testing/contracts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FileLog } from "../src/file-log.js";
import { readAll } from "./read-all.js";

const folder = temporaryFolder();
/** The process runs what stands in src, as this test does. */
const fromSource = ["--import=tsx", "--conditions=@bnas/source"];
const script = fileURLToPath(new URL("./append-until-killed.ts", import.meta.url));

type Answer = { readonly number: number; readonly duplicate: boolean; readonly time: string };

/** Append in another process; kill it after so many answers; limit the sizes of its files, in KiB. */
const appendFrom = async (
  path: string,
  from: number,
  to: number,
  killAfter = Number.POSITIVE_INFINITY,
  sizeLimit: number | "unlimited" = "unlimited",
  kind = "search.paused",
): Promise<{ readonly answers: readonly Answer[]; readonly code: number | null }> => {
  const command = `ulimit -f ${sizeLimit}; exec "$0" "$@"`;
  const child = spawn(
    "bash",
    ["-c", command, process.execPath, ...fromSource, script, path, `${from}`, `${to}`, kind],
    {
      stdio: ["ignore", "pipe", "ignore"],
      // What is compiled is not kept: its file could be longer than the limit.
      env: { ...process.env, TSX_DISABLE_CACHE: "1" },
    },
  );
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const answers: Answer[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    answers.push(JSON.parse(line));
    if (answers.length === killAfter) child.kill("SIGKILL");
  }
  return { answers, code: await ended };
};

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
    const append = (kind: string) => appendFrom(path, 1, 60, undefined, undefined, kind);
    const [one, other] = await Promise.all([append("search.paused"), append("search.resumed")]);
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
