import { createHash } from "node:crypto";
import { factsFileText, parseFactsFile, type Stored } from "@bnas/log";
import { type Fact, parseSpec, type Recorded, subjectTail } from "@bnas/search";
import { checkProof, type ProofFault } from "@bnas/searches";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { honest, provingMesh } from "./proved-search.js";

const facts: Stored[] = [];

beforeAll(async () => {
  const mesh = await provingMesh();
  // Side by side, so that lines between two decisions come in no order that a decision has.
  const spec = parseSpec({ preset: "smoke", seed: 6, parallel: 2 });
  const madeBy = {
    engine: { name: "wasm", digest: "e".repeat(64), versions: {} },
    code: { version: "1", digest: "f".repeat(64) },
  };
  const real = honest(mesh.store);
  await mesh.run("s", spec, async (stored) => {
    const answer = await real(stored);
    return answer && ({ ...answer, madeBy } as Fact);
  });
  facts.push(...(await mesh.facts("s")));
  await mesh.close();
});

/** What is found in a file of these facts: each line has its seal made again. */
const foundIn = (forged: readonly Recorded[]) => {
  const lines = forged.map((recorded, index) => ({
    stored: { ...recorded, sequence: index + 1 },
    ...{ sha256: "", isPlain: true },
  }));
  const { proved, faults, second } = checkProof(lines);
  expect(proved).toBe(true);
  return [...faults, ...second];
};

const at = (tail: string): number => facts.findIndex(({ subject }) => subjectTail(subject) === tail);
const edit = (tail: string, change: (recorded: Recorded) => object): Recorded[] =>
  facts.map((stored, place) => (place === at(tail) ? ({ ...stored, ...change(stored) } as Recorded) : stored));
const editFact = (tail: string, change: object): Recorded[] =>
  edit(tail, ({ fact }) => ({ fact: { ...fact, ...change } }));
const swap = (one: number, other: number): Recorded[] => {
  const moved = [...facts];
  const [a, b] = [moved[one], moved[other]];
  if (a === undefined || b === undefined) throw new RangeError("no such line");
  moved[one] = b;
  moved[other] = a;
  return moved;
};
const without = (tail: string): Recorded[] => facts.filter((_, place) => place !== at(tail));

const EPOCH = "warmup.epoch.1.trained";
const SAMPLE = "round.1.pass.1.sample.1.trained";
const ANSWER = "round.1.pass.1.sample.1.evaluated";
const later = "2026-01-02T03:04:06.000Z";
const hash = "a".repeat(64);
const engine = { name: "node", digest: hash, versions: {} };

type Forgery = readonly [name: string, forge: () => Recorded[], found: () => Partial<ProofFault>];
const forgeries: readonly Forgery[] = [
  ["the time of the beginning", () => edit("opened", () => ({ time: later })), () => ({ line: 1, field: "time" })],
  [
    "the time of a result",
    () => edit(SAMPLE, () => ({ time: later })),
    () => ({ line: at(SAMPLE) + 1, field: "time" }),
  ],
  [
    "the time of a decision",
    () => edit("round.1.reduced", () => ({ time: later })),
    () => ({ line: at("round.1.reduced") + 1, field: "time" }),
  ],
  ["the data", () => editFact("opened", { datasetDigest: hash }), () => ({ line: 1, field: "fact.datasetDigest" })],
  [
    "the name of the data in the spec",
    () =>
      edit("opened", ({ fact }) => ({
        fact: { ...fact, spec: { ...Reflect.get(fact, "spec"), dataset: "cifar10:data" } },
      })),
    () => ({ line: 1, field: "fact.spec" }),
  ],
  [
    "that facts prove each other",
    () =>
      edit("opened", ({ fact }) => ({
        fact: Object.fromEntries(Object.entries(fact).filter(([name]) => name !== "proof")),
      })),
    () => ({ line: 1, field: "fact" }),
  ],
  ["the beginning taken out", () => without("opened"), () => ({ field: "fact.after[0]" })],
  ["a loss", () => editFact(SAMPLE, { loss: 0.001 }), () => ({ line: at(SAMPLE) + 1, field: "fact.loss" })],
  ["seconds", () => editFact(SAMPLE, { seconds: 99 }), () => ({ line: at(SAMPLE) + 1, field: "fact.seconds" })],
  ["images", () => editFact(SAMPLE, { images: 7 }), () => ({ line: at(SAMPLE) + 1, field: "fact.images" })],
  [
    "the engine",
    () => editFact(EPOCH, { madeBy: { engine, code: { version: "1", digest: hash } } }),
    () => ({ line: at(EPOCH) + 1, field: "fact.madeBy" }),
  ],
  [
    "a checkpoint",
    () => editFact(SAMPLE, { checkpoint: hash }),
    () => ({ line: at(SAMPLE) + 1, field: "fact.checkpoint" }),
  ],
  [
    "the request of a result",
    () => editFact(SAMPLE, { request: hash }),
    () => ({ line: at(SAMPLE) + 1, field: "fact.request" }),
  ],
  [
    "what a result began with",
    () => editFact(SAMPLE, { from: hash }),
    () => ({ line: at(SAMPLE) + 1, field: "fact.from" }),
  ],
  ["right answers", () => editFact(ANSWER, { correct: 100 }), () => ({ line: at(ANSWER) + 1, field: "fact.correct" })],
  [
    "the number of images of an evaluation",
    () => editFact(ANSWER, { total: 101 }),
    () => ({ line: at(ANSWER) + 1, field: "fact.total" }),
  ],
  [
    "an operation that was abandoned",
    () =>
      edit("round.1.reduced", ({ fact }) => ({
        fact: {
          ...fact,
          abandoned: Object.fromEntries(
            Object.entries(Reflect.get(fact, "abandoned") as Record<string, string[]>).map(([cell, edges]) => [
              cell,
              [...edges].reverse(),
            ]),
          ),
        },
      })),
    () => ({ line: at("round.1.reduced") + 1, field: "fact.abandoned" }),
  ],
  [
    "what a decision names",
    () =>
      edit("round.2.opened", ({ fact }) => ({
        fact: { ...fact, after: [{ fact: "opened", sha256: hash, fields: "0000" }] },
      })),
    () => ({ line: at("round.2.opened") + 1, field: "fact.after" }),
  ],
  [
    "a result taken out",
    () => without(SAMPLE),
    () => ({
      field: expect.stringMatching(/^fact\.after\[\d\]$/) as unknown as string,
      reason: expect.stringContaining(SAMPLE) as unknown as string,
    }),
  ],
  [
    "a request taken out",
    () => without("round.1.pass.1.sample.1.requested"),
    () => ({ reason: expect.stringContaining("sample.1.requested, which is missing") as unknown as string }),
  ],
  [
    "a decision taken out",
    () => without("round.1.reduced"),
    () => ({ reason: expect.stringContaining("round.1.reduced, which is missing") as unknown as string }),
  ],
  [
    "the beginning moved",
    () => [...facts.slice(1, 3), ...facts.slice(0, 1), ...facts.slice(3)],
    () => ({ line: 3, field: "place" }),
  ],
  ["a line twice", () => [...facts.slice(0, 9), ...facts.slice(8)], () => ({ line: 10, field: "subject" })],
  [
    "a second fact on one subject",
    () => [...facts, ...editFact(SAMPLE, { loss: 0 }).slice(at(SAMPLE), at(SAMPLE) + 1)],
    () => ({ line: facts.length + 1, field: "subject" }),
  ],
  ["a pause put in", () => [...facts.slice(0, 9), pause(), ...facts.slice(9)], () => ({ line: 10, field: "subject" })],
  ["the root", () => editFact("finished", { root: hash }), () => ({ line: facts.length, field: "fact.root" })],
];

const pause = (): Recorded => ({
  ...{ version: 1, subject: "bnas.search.s.control.1", writer: "pruner", time: later },
  fact: { kind: "search.paused", control: 1 },
});

describe("a file of facts that prove each other", () => {
  it("has no fault as it was written", () => {
    expect(foundIn(facts)).toEqual([]);
  });

  it.each(forgeries)("shows that %s was forged, by line and field", (_, forge, found) => {
    expect(foundIn(forge())).toContainEqual(expect.objectContaining(found()));
  });

  it("shows any two lines that were swapped, by one of them", () => {
    for (let one = 0; one < facts.length - 1; one++) {
      for (const other of [one + 1, one + 3, one + 11].filter((line) => line < facts.length)) {
        const named = foundIn(swap(one, other)).map(({ line }) => line);
        expect(named.length, `${one} and ${other}`).toBeGreaterThan(0);
      }
    }
  });

  it("shows any line that was taken out, and any that is there twice", () => {
    for (const [place, stored] of facts.entries()) {
      const last = place === facts.length - 1;
      // Without its last line a search has not ended, which is true of many.
      if (!last) expect(foundIn(facts.filter((_, one) => one !== place)), `${place}`).not.toEqual([]);
      expect(foundIn([...facts.slice(0, place), stored, ...facts.slice(place)]), `${place}`).not.toEqual([]);
    }
  });

  it("shows a change of any byte that a decision commits to, sealed again", () => {
    const committed = facts.slice(0, -1);
    const lines = factsFileText(committed).trimEnd().split("\n");
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 127 }), (line, place, bits) => {
        const number = line % lines.length;
        const { sha256: _, ...body } = JSON.parse(lines[number] ?? "");
        const bytes = Buffer.from(JSON.stringify(body));
        bytes[place % bytes.length] = (bytes[place % bytes.length] ?? 0) ^ bits;
        const text = lines.with(number, sealed(bytes.toString("latin1"))).join("\n");
        expect(isFound(`${text}\n${factsFileText(facts.slice(-1))}`)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

/** A line with its seal made for these bytes. */
const sealed = (body: string): string => `${body.slice(0, -1)},"sha256":"${sealOf(body)}"}`;
const sealOf = (body: string): string => createHash("sha256").update(Buffer.from(body)).digest("hex");

/** Whether a reader refuses it, or its facts show it. */
const isFound = (text: string): boolean => {
  try {
    const { faults, second } = checkProof(parseFactsFile(text, "facts.jsonl").lines);
    return faults.length + second.length > 0;
  } catch {
    return true;
  }
};
