import { compact, encodeBnn, runGraph } from "@bnas/model";
import { describe, expect, it } from "vitest";
import { load } from "../src/index.js";
import { randomGraph, wholeImages } from "./random-graph.js";

const COUNT = 400;

describe(`${COUNT} graphs of any operations, one after the other`, () => {
  it("are computed by the runtime as by the reference, whatever reads what", async () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= COUNT; seed++) {
      const graph = randomGraph(seed);
      for (const { kind } of graph.nodes) kinds.add(kind);
      const images = wholeImages(graph, 2, seed);
      const network = await load(encodeBnn(graph));
      const [found, expected] = [network.logits(images), runGraph(graph, images)];
      for (const [i, logit] of expected.entries()) {
        const apart = Math.abs(logit - (found[i] ?? Number.NaN));
        expect(apart, `graph ${seed}`).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(logit)));
      }
    }
    expect(kinds.size).toBe(15);
  });

  it("mean the same when they are compact, where they have no number that 16 bits round", () => {
    for (let seed = 1; seed <= COUNT; seed++) {
      const graph = randomGraph(seed);
      const images = wholeImages(graph, 1, seed);
      const [found, expected] = [runGraph(compact(graph), images), runGraph(graph, images)];
      for (const [i, logit] of expected.entries()) {
        expect(Math.abs(logit - (found[i] ?? Number.NaN)), `graph ${seed}`).toBeLessThanOrEqual(
          1e-4 * Math.max(1, Math.abs(logit)),
        );
      }
    }
  });
});
