import { darts, drawPaths, edgePlaces, fullSpace, perEdge } from "@bnas/search";
import { describe, expect, it } from "vitest";

const all = fullSpace(darts);

describe("the networks of a batch, by paths", () => {
  it("hold every candidate of every edge in exactly one of them", () => {
    const networks = drawPaths(3, 5, 7, all);
    expect(networks).toHaveLength(8);
    for (const { cell, edge } of edgePlaces(darts)) {
      const held = networks.map((network) => network[cell]?.[edge]);
      expect(held.toSorted()).toEqual(all[cell]?.[edge]?.toSorted());
    }
  });

  it("begin again on an edge that has fewer candidates than another", () => {
    const candidates = perEdge(darts, ({ edge }) =>
      edge === 0 ? ["skip_connect"] : edge === 1 ? ["none", "skip_connect"] : ["none", "skip_connect", "max_pool_3x3"],
    );
    const networks = drawPaths(0, 1, 0, candidates);
    const on = (edge: number) => networks.map((network) => network.normal?.[edge]);
    expect(on(0)).toEqual(["skip_connect", "skip_connect", "skip_connect"]);
    expect(new Set(on(1))).toEqual(new Set(["none", "skip_connect"]));
    expect(new Set(on(2)).size).toBe(3);
  });

  it("are the same when they are drawn again, and others for another seed, job or batch", () => {
    const drawn = [drawPaths(0, 1, 2, all), drawPaths(1, 1, 2, all), drawPaths(0, 2, 2, all), drawPaths(0, 1, 3, all)];
    expect(drawPaths(0, 1, 2, all)).toEqual(drawn[0]);
    expect(new Set(drawn.map((networks) => JSON.stringify(networks))).size).toBe(4);
  });
});
