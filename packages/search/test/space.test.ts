import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import { aSpec, ofKind, simulate } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Cell,
  checkGenotype,
  darts,
  edgePlaces,
  edgesInto,
  fullSpace,
  genotypeInSpace,
  linksOf,
  linkTargets,
  nasBench201,
  nodesOf,
  parseRecorded,
  parseSpec,
  randomGenotype,
  record,
  replay,
  roundsOf,
  type Space,
  spaceOf,
  specSchema,
} from "../src/index.js";

const [normal] = darts.cells;
if (normal === undefined) throw new Error("DARTS has a normal cell");

/** A small space of ours: nodes skip others, edges have operations of their own, a node keeps one link. */
const small: Space = {
  name: "small",
  operations: ["none", "skip_connect", "sep_conv_3x3", "sep_conv_5x5"],
  cells: [
    {
      kind: "only",
      inputs: 1,
      nodes: 3,
      edges: [
        { from: 0, to: 1, operations: ["sep_conv_5x5", "none", "skip_connect"] },
        { from: 0, to: 2, operations: ["none", "skip_connect", "sep_conv_3x3"] },
        { from: 1, to: 2, operations: ["skip_connect", "sep_conv_3x3", "sep_conv_5x5"] },
        { from: 1, to: 3, operations: ["none", "sep_conv_3x3", "sep_conv_5x5"] },
        { from: 2, to: 3, operations: ["none", "skip_connect", "sep_conv_3x3"] },
      ],
      links: 1,
      output: "concat",
    },
  ],
  network: "nas-bench-201",
};

const refusal = (space: unknown): InvalidInput => {
  try {
    parseSpec({ space });
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error("it was not refused");
};

const withCell = (change: Partial<Cell>): unknown => ({ ...small, cells: [{ ...small.cells[0], ...change }] });
const edges = small.cells[0]?.edges ?? [];

describe("the space of a search", () => {
  it("is that of DARTS by default, and in facts that are older than spaces", () => {
    expect(parseSpec({}).space).toBe("darts");
    expect(spaceOf(parseSpec({}))).toBe(darts);
    expect(spaceOf({})).toBe(darts);
    expect(edgePlaces(darts)).toHaveLength(28);
    expect(roundsOf(darts)).toBe(7);
    expect(linkTargets(normal)).toEqual([2, 2, 3, 3, 4, 4, 5, 5]);
  });

  it("of NAS-Bench-201 has 15,625 cells", () => {
    const space = spaceOf(parseSpec({ space: "nas-bench-201" }));
    expect(space).toBe(nasBench201);
    const cells = edgePlaces(space).reduce((product) => product * space.operations.length, 1);
    expect(cells).toBe(15_625);
    expect(space.cells[0]?.edges.map(({ from, to }) => `${from}-${to}`)).toEqual([
      "0-1",
      "0-2",
      "1-2",
      "0-3",
      "1-3",
      "2-3",
    ]);
  });

  it("may be described whole, and is then kept as it was described", () => {
    const spec = parseSpec({ space: small });
    expect(spec.space).toEqual(small);
    expect(parseSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    expect(parseSpec({ space: JSON.stringify(small) })).toEqual(spec);
    // Operations of an edge are in the order of the space.
    expect(fullSpace(small).only?.[0]).toEqual(["none", "skip_connect", "sep_conv_5x5"]);
  });

  it("is recorded in the fact that opens the search, which is refused where nothing could be searched", () => {
    const fact = { kind: "search.opened", spec: parseSpec({ space: small }) } as const;
    const opened = record("s", fact, "pruner", "2025-01-02T03:04:05Z");
    expect(parseRecorded(JSON.parse(JSON.stringify(opened)), "facts")).toEqual(opened);
    const bad = { ...opened, fact: { ...fact, spec: { ...fact.spec, space: withCell({ edges: [] }) } } };
    expect(() => parseRecorded(bad, "facts")).toThrow(/facts\.fact\.spec\.space/);
    const unknown = { ...opened, fact: { ...fact, spec: { ...fact.spec, space: "dart" } } };
    expect(() => parseRecorded(unknown, "facts")).toThrow(/facts\.fact\.spec\.space.*Did you mean darts/);
  });
});

describe("a space that cannot be searched", () => {
  it.each<[string, unknown, string, string]>([
    ["a name that is not known", "nas-bench-101", "spec.space", "nas-bench-201"],
    ["a text that is no JSON", "{ name: small }", "spec.space", "JSON"],
    ["a number", 7, "spec.space", "docs/space.md"],
    ["no operations", { ...small, operations: [] }, "spec.space.operations", "docs/space.md"],
    [
      "an operation twice",
      { ...small, operations: ["none", "none"] },
      "spec.space.operations[1]",
      "leave one of them out",
    ],
    [
      "an operation without a name",
      { ...small, operations: ["none", ""] },
      "spec.space.operations[1]",
      "docs/space.md",
    ],
    [
      "an operation that every object has",
      { ...small, operations: ["none", "constructor"] },
      "spec.space.operations[1]",
      "JavaScript",
    ],
    ["no cells", { ...small, cells: [] }, "spec.space.cells", "docs/space.md"],
    [
      "a kind of cell twice",
      { ...small, cells: [small.cells[0], small.cells[0]] },
      "spec.space.cells[1]",
      "kind of cell 0",
    ],
    ["a kind without a name", withCell({ kind: "" }), "spec.space.cells[0].kind", "docs/space.md"],
    ["a kind that a genotype spells otherwise", withCell({ kind: "a_concat" }), "spec.space.cells[0].kind", "genotype"],
    ["no edges", withCell({ edges: [] }), "spec.space.cells[0].edges", "docs/space.md"],
    ["a loop", withCell({ edges: [{ from: 1, to: 1 }, ...edges] }), "spec.space.cells[0].edges[0].from", "loop"],
    [
      "an edge that leads back",
      withCell({ edges: [...edges, { from: 3, to: 2 }] }),
      "spec.space.cells[0].edges[5].from",
      "leads back",
    ],
    [
      "an edge to an input",
      withCell({ inputs: 2, edges: [{ from: 0, to: 1 }] }),
      "spec.space.cells[0].edges[0].to",
      "0 to 1",
    ],
    [
      "an edge to no node",
      withCell({ edges: [...edges, { from: 0, to: 4 }] }),
      "spec.space.cells[0].edges[5].to",
      "computes 1 to 3",
    ],
    [
      "two edges between two nodes",
      withCell({ edges: [...edges, edges[2] ?? { from: 0, to: 1 }] }),
      "spec.space.cells[0].edges[5]",
      "Edge 2",
    ],
    ["a node without an edge into it", withCell({ nodes: 4 }), "spec.space.cells[0].edges", "node 4"],
    [
      "a node that reaches nothing",
      withCell({ output: "last", edges: edges.filter(({ from }) => from !== 2) }),
      "spec.space.cells[0].edges",
      "node 2",
    ],
    [
      "an edge without operations",
      withCell({ edges: edges.with(3, { from: 1, to: 3, operations: [] }) }),
      "spec.space.cells[0].edges[3].operations",
      "Leave operations out",
    ],
    [
      "an edge with one operation",
      withCell({ edges: [{ from: 0, to: 1, operations: ["none"] }], nodes: 1 }),
      "spec.space.cells[0].edges[0].operations",
      "decides nothing",
    ],
    [
      "an operation on an edge that the space has not",
      withCell({ edges: edges.with(3, { from: 1, to: 3, operations: ["none", "sep_conv_3x4", "skip_connect"] }) }),
      "spec.space.cells[0].edges[3].operations[1]",
      "sep_conv_3x3",
    ],
    [
      "an operation on an edge twice",
      withCell({ edges: edges.with(3, { from: 1, to: 3, operations: ["none", "none", "skip_connect"] }) }),
      "spec.space.cells[0].edges[3].operations[1]",
      "leave one of them out",
    ],
    [
      "an edge with more operations than another",
      withCell({ edges: edges.with(3, { from: 1, to: 3 }) }),
      "spec.space.cells[0].edges[3].operations",
      "equally many",
    ],
    ["a part of an operation", withCell({ nodes: 2.5 }), "spec.space.cells[0].nodes", "docs/space.md"],
    ["no links", withCell({ links: 0 }), "spec.space.cells[0].links", "docs/space.md"],
    ["a field that spaces have not", { ...small, size: 3 }, "spec.space", "docs/space.md"],
    ["no network", { ...small, network: undefined }, "spec.space.network", "docs/space.md"],
  ])("because of %s is refused by its path", (_, space, field, hint) => {
    const error = refusal(space);
    expect(error.field).toBe(field);
    expect(error.hint).toContain(hint);
  });
});

describe("a search in another space", () => {
  it.each<[string, string | Space, number]>([
    ["nas-bench-201", "nas-bench-201", 4],
    ["one that was described", small, 2],
  ])("abandons one operation on every edge of %s in each round, until one is left", (_, space, rounds) => {
    const spec = aSpec({ space, reduction: { passes: 2 } });
    for (const seed of [1, 2, 3]) {
      const { facts, search } = simulate(spec, { seed }, seed);
      expect(search.rounds).toHaveLength(rounds);
      expect(replay("s", facts).disagreements).toEqual([]);
      for (const edges of Object.values(search.candidates)) for (const left of edges) expect(left).toHaveLength(1);
      const [finished] = ofKind(facts, "search.finished");
      expect(genotypeInSpace(spaceOf(spec), finished?.genotype)).toEqual(finished?.genotype);
    }
  });

  it("answers with every edge where a node keeps all of them, in their order", () => {
    const { search } = simulate(aSpec({ space: "nas-bench-201" }), { seed: 4 });
    if (search.ended?.kind !== "search.finished") throw new Error("it ends");
    const left = (search.candidates.cell ?? []).map(([operation]) => operation);
    expect(linksOf(search.ended.genotype, "cell")).toEqual([
      [left[0], 0],
      [left[1], 0],
      [left[2], 1],
      [left[3], 0],
      [left[4], 1],
      [left[5], 2],
    ]);
    expect(search.ended.genotype.cell_concat).toEqual([3]);
  });

  it.each(specSchema.shape.strategy.options)(
    "by %s finds an answer of the space, and replays to itself",
    (strategy) => {
      for (const space of ["nas-bench-201", small]) {
        for (const none of ["allowed", "excluded"] as const) {
          // Of `small` each edge but one has none, so it cannot be left out of all alike.
          if (space === small && none === "excluded") continue;
          const spec = aSpec({ space, strategy, none });
          const { facts, search } = simulate(spec, { seed: 5 });
          if (search.ended?.kind !== "search.finished") throw new Error("it ends");
          expect(genotypeInSpace(spaceOf(spec), search.ended.genotype)).toEqual(search.ended.genotype);
          expect(replay("s", facts).disagreements).toEqual([]);
        }
      }
    },
  );

  it("runs to its end and replays to itself in any space that is not refused", () => {
    fc.assert(
      fc.property(spaces, fc.nat(), (space, seed) => {
        const spec = aSpec({ space, strategy: "bnas", seed: seed % 1000 });
        const { facts, search } = simulate(spec, { seed }, seed);
        expect(search.ended?.kind).toBe("search.finished");
        expect(search.rounds).toHaveLength(roundsOf(space));
        expect(replay("s", facts).disagreements).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

describe("a genotype drawn at random", () => {
  it("of nas-bench-201 may leave an edge out, and is any of its operations about as often as another", () => {
    const drawn = Array.from({ length: 500 }, (_, seed) => linksOf(randomGenotype(nasBench201, seed), "cell"));
    const counts = nasBench201.operations.map((operation) => drawn.flat().filter(([one]) => one === operation).length);
    // Four standard deviations of a count of mean 600 are 88.
    for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(88);
  });

  it("of DARTS is one that DARTS would read", () => {
    expect(checkGenotype(randomGenotype(darts, 3))).toEqual(randomGenotype(darts, 3));
  });
});

/** Any small space: some nodes, some of the edges between them, equally many operations on each. */
const spaces: fc.Arbitrary<Space> = fc
  .record({
    inputs: fc.integer({ min: 1, max: 2 }),
    nodes: fc.integer({ min: 1, max: 3 }),
    count: fc.integer({ min: 2, max: 4 }),
    links: fc.constantFrom(1, 2, "all" as const),
    kinds: fc.integer({ min: 1, max: 2 }),
    seed: fc.nat(),
  })
  .map(({ inputs, nodes, count, links, kinds, seed }): Space => {
    const names = ["none", "a", "b", "c", "d"];
    const bits = (place: number) => ((seed >>> (place % 30)) & 1) === 1;
    const cell = (kind: string): Cell => {
      const all = Array.from({ length: nodes }, (_, step) =>
        Array.from({ length: inputs + step }, (_, from) => ({ from, to: inputs + step })),
      ).flat();
      // The first edge into a node is always there.
      const kept = all.filter(({ from }, place) => from === 0 || bits(place));
      const own = (place: number) =>
        names.toSorted((a, b) => ((seed + place + a.charCodeAt(0)) % 7) - ((seed + place + b.charCodeAt(0)) % 7));
      return {
        kind,
        inputs,
        nodes,
        links,
        output: "concat",
        edges: kept.map((edge, place) => ({ ...edge, operations: own(place).slice(0, count) })),
      };
    };
    return { name: "any", operations: names, cells: ["one", "two"].slice(0, kinds).map(cell), network: "darts" };
  });

describe("the cells of a space", () => {
  it("have the edges into each of their nodes", () => {
    fc.assert(
      fc.property(spaces, ({ cells }) => {
        for (const cell of cells) {
          const found = nodesOf(cell).flatMap((node) => edgesInto(cell, node).map(({ edge }) => edge));
          expect(found.toSorted((a, b) => a - b)).toEqual(cell.edges.map((_, edge) => edge));
        }
      }),
    );
  });
});
