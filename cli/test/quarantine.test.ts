import { type QuarantinedMessage, SearchServiceDefinition } from "@bnas/proto";
import { serveRpc } from "@bnas/rpc";
import { silentRecorder } from "@bnas/telemetry";
import { afterAll, describe, expect, it } from "vitest";
import { searches } from "../../packages/rpc/test/served-here.js";
import { type QuarantineAction, type QuarantineFlags, quarantineCommand } from "../src/commands/mesh/quarantine.js";
import type { Surroundings } from "../src/terminal/surroundings.js";

const message = (sequence: number, change: Partial<QuarantinedMessage> = {}): QuarantinedMessage => ({
  sequence,
  subject: `bnas.search.s.control.${sequence}`,
  reason: "not-json",
  why: "it is not JSON",
  text: "scribble",
  bytes: 8,
  removed: false,
  ...change,
});
const there = [
  message(3, { text: "\u001b]0;title\u0007 \u202e \u009b31m" }),
  message(5, { reason: "newer-version", removed: false }),
  message(7, { subject: "bnas.search.t.failed", removed: true }),
];
const dropped: number[] = [];
const asked: string[] = [];
const server = await serveRpc({
  listen: "127.0.0.1:0",
  services: [
    {
      definition: SearchServiceDefinition,
      implementation: searches({
        async listQuarantined({ searchId }) {
          asked.push(searchId);
          return { messages: there, count: 20_003 };
        },
        async dropQuarantined({ sequence }) {
          dropped.push(sequence);
          return {};
        },
      }),
    },
  ],
});
afterAll(() => server.drain(0));

const run = async (action: QuarantineAction, sequence?: number, change: Partial<QuarantineFlags> = {}) => {
  const lines: string[] = [];
  const notes: string[] = [];
  const here = {
    out: (line: string) => void lines.push(line),
    note: (line: string) => void notes.push(line),
    interrupted: new AbortController().signal,
    takeInterrupts: () => {},
    recorder: silentRecorder,
    env: {},
  } as unknown as Surroundings;
  const flags = { server: server.address, all: false, newerVersion: false, json: false, ...change };
  await quarantineCommand(action, sequence, flags, here);
  return { lines, notes };
};

describe("bnas quarantine", () => {
  it("lists what a mesh has set aside, a line each, and says how many more there are", async () => {
    const { lines, notes } = await run("list", undefined, { search: "s" });
    expect(lines).toEqual([
      "SEQUENCE  REASON         BYTES  IS       SUBJECT",
      "3         not-json       8      there    bnas.search.s.control.3",
      "5         newer-version  8      there    bnas.search.s.control.5",
      "7         not-json       8      removed  bnas.search.t.failed",
    ]);
    expect(notes).toEqual(["and 20000 more, of which only the number is kept"]);
    expect(asked.at(-1)).toBe("s");
  });

  it("shows one with its text, in which no character reaches the terminal as it is", async () => {
    const { lines } = await run("show", 3);
    expect(lines.join("\n")).toContain("\\u{1b}]0;title\\u{7} \\u{202e} \\u{9b}31m");
    expect(lines.join("")).not.toMatch(/\p{C}/u);
    expect(JSON.parse((await run("show", 5, { json: true })).lines[0] ?? "")).toMatchObject({ sequence: 5 });
  });

  it("drops one, or all; a fact of a newer version only when it is named", async () => {
    expect((await run("drop", 3)).lines).toEqual(["dropped message 3 on bnas.search.s.control.3"]);
    await expect(run("drop", 5)).rejects.toMatchObject({ code: "FAILED_PRECONDITION" });
    await run("drop", 5, { newerVersion: true });
    expect((await run("drop", undefined, { all: true })).lines).toEqual(["dropped 2 messages"]);
    expect(dropped).toEqual([3, 5, 3, 7]);
  });

  it.each([
    ["list", 3, {}, /SEQUENCE.*nothing with list/],
    ["show", undefined, {}, /SEQUENCE.*the sequence of a message/],
    ["drop", undefined, {}, /SEQUENCE.*or --all instead/],
    ["drop", 3, { all: true }, /SEQUENCE.*or --all instead/],
    ["show", 99, {}, /no message of the sequence 99/],
    ["list", undefined, { log: "file:facts.jsonl" }, /--log.*nats:\/\/HOST:PORT/],
  ] as const)("refuses %s %s %j", async (action, sequence, change, error) => {
    await expect(run(action, sequence, change)).rejects.toThrow(error);
  });
});
