import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawCode } from "../src/estimate/candidates.js";
import { liveCode } from "../src/estimate/coding.js";
import { darts, nasBench201, type Space, stream } from "../src/index.js";
import { fullSpace } from "../src/space/space.js";
import { coderOf } from "../src/strategy/evidence.js";

/** The live operations of a network of a space. */
const live = (space: Space, network: Readonly<Record<string, readonly string[]>>) => {
  const { coding, codeOf, networkOf } = coderOf(space);
  return networkOf(liveCode(coding, codeOf(network)));
};
const [zero, conv, skip] = ["none", "nor_conv_3x3", "skip_connect"] as const;

describe("the live part of a cell", () => {
  // Edges of NAS-Bench-201: 0->1, 0->2, 1->2, 0->3, 1->3, 2->3.
  it.each([
    [
      "an edge from a node that gets nothing",
      [zero, conv, skip, conv, skip, conv],
      [zero, conv, zero, conv, zero, conv],
    ],
    ["an edge to a node that none reads", [conv, conv, skip, conv, skip, zero], [conv, zero, zero, conv, skip, zero]],
    ["a chain whose last edge is none", [conv, zero, skip, conv, zero, zero], [zero, zero, zero, conv, zero, zero]],
    ["all of a cell that gives nothing", [conv, conv, conv, zero, zero, zero], [zero, zero, zero, zero, zero, zero]],
    ["nothing of a cell that lives", [conv, zero, skip, conv, zero, conv], [conv, zero, skip, conv, zero, conv]],
  ])("leaves out %s", (_, cell, expected) => {
    expect(live(nasBench201, { cell })).toEqual({ cell: expected });
  });

  it("of DARTS leaves out what reads a node without inputs, in the kind of cell where it is; each node is read by the output", () => {
    const full = Array.from({ length: 14 }, () => "sep_conv_3x3");
    // Node 2 gets nothing: edges 0 and 1. Edges 4, 7 and 11 read it.
    const normal = full.with(0, zero).with(1, zero);
    expect(live(darts, { normal, reduce: full })).toEqual({
      normal: normal.with(4, zero).with(7, zero).with(11, zero),
      reduce: full,
    });
    // Nothing reads node 4, but the output has it.
    const unread = full.with(13, zero);
    expect(live(darts, { normal: unread, reduce: full })).toEqual({ normal: unread, reduce: full });
  });

  it("of a space without none is the whole cell", () => {
    const space: Space = { ...nasBench201, name: "no-none", operations: [skip, conv] };
    expect(live(space, { cell: [skip, conv, skip, conv, skip, conv] })).toEqual({
      cell: [skip, conv, skip, conv, skip, conv],
    });
  });

  it.each([
    [5, 4, 3, 2, 1, 0],
    [5, 3, 0, 4, 2, 1],
    [0, 1, 2, 3, 4, 5],
  ])("is the same in whatever order a space has its edges: %i, %i, %i, %i, %i, %i", (...order) => {
    const [cell] = nasBench201.cells;
    if (cell === undefined) throw new Error("no cell");
    const shuffled: Space = {
      ...nasBench201,
      name: "shuffled",
      cells: [{ ...cell, edges: order.flatMap((edge) => cell.edges[edge] ?? []) }],
    };
    const random = stream(1, "codes");
    const { coding, choicesOf } = coderOf(nasBench201);
    for (let time = 0; time < 200; time++) {
      const code = drawCode(choicesOf(fullSpace(nasBench201)), random);
      const turned = (one: Uint8Array) => Uint8Array.from(order, (edge) => one[edge] as number);
      expect(liveCode(coderOf(shuffled).coding, turned(code))).toEqual(turned(liveCode(coding, code)));
    }
  });

  it("is live itself, and adds no operation", () => {
    const { coding, choicesOf } = coderOf(nasBench201);
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        const code = drawCode(choicesOf(fullSpace(nasBench201)), stream(seed, "codes"));
        const once = liveCode(coding, code);
        expect(liveCode(coding, once)).toEqual(once);
        for (const [edge, operation] of once.entries()) expect([code[edge], coding.none]).toContain(operation);
      }),
    );
  });
});
