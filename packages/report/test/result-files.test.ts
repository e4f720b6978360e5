import { PUBLISHED, parseGenotype } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { assembleReport } from "../src/assemble-report.js";
import { resultFiles } from "../src/result-files.js";
import { fakeSearch } from "./fake-search.js";
import { reportInput } from "./report-builder.js";

describe("the texts that a search leaves", () => {
  const input = reportInput();
  const files = resultFiles(input.spec, PUBLISHED, async () => input);
  const textOf = async (name: string) => (await files.find((file) => file.name === name)?.text()) ?? "";

  it("have a picture for each kind of cell of the space, and genotype.json is the last of them", () => {
    const names = ["normal.svg", "reduction.svg", "genotype.txt", "summary.json", "report.html", "genotype.json"];
    expect(files.map(({ name }) => name)).toEqual(names);
  });

  it("are made of the report's parts only where they say something of them", async () => {
    const unmade = resultFiles(input.spec, PUBLISHED, () => Promise.reject(new Error("no dataset")));
    const answers = await Promise.allSettled(unmade.map(({ text }) => text()));
    const made = unmade.flatMap(({ name }, at) => (answers[at]?.status === "fulfilled" ? [name] : []));
    expect(made).toEqual(["normal.svg", "reduction.svg", "genotype.txt"]);
  });

  it("say in summary.json the verdict that the report shows, and in genotype.json where the answer came from", async () => {
    const { verdict, seconds } = JSON.parse(await textOf("summary.json"));
    expect(await textOf("report.html")).toContain(verdict.seen);
    expect(seconds).toEqual(input.summary.seconds);
    const { costs, latency, work, collapse, origin } = JSON.parse(await textOf("summary.json"));
    expect({ costs, latency, work }).toEqual({ costs: input.costs, latency: null, work: input.summary.work });
    expect(collapse.cells.map(({ cell, links }: { cell: string; links: number }) => [cell, links])).toEqual([
      ["normal", 8],
      ["reduce", 8],
    ]);
    expect(origin).toMatchObject({ datasetDigest: input.dataset.digest, madeBy: [{ jobs: 125 }], unrecorded: 0 });
    const { meta } = JSON.parse(await textOf("genotype.json"));
    expect(meta).toMatchObject({ seed: 7, madeBy: [{ jobs: 125 }], dataset: { digest: input.dataset.digest } });
    expect(meta.rounds).toHaveLength(7);
    expect(parseGenotype(await textOf("genotype.json"))).toEqual(PUBLISHED);
  });

  it("are assessed with the classes of the dataset, wherever they are assembled", () => {
    const { search, spec, facts } = fakeSearch();
    const data = { weightImages: 2, strengthImages: 3, reductionImages: 4, testImages: 5, digest: "d" };
    const of = (classes: number) =>
      assembleReport({
        ...{ search, spec, facts, version: "0" },
        data: { ...data, classes: Array.from({ length: classes }, (_, i) => `class ${i}`) },
        costs: undefined,
        measured: { peakMemoryBytes: null, latency: null },
      });
    const kinds = (classes: number) => of(classes).assessment.verdict?.findings.map(({ kind }) => kind);
    expect(kinds(1000)).not.toEqual(kinds(1));
    expect(of(10).dataset.images).toEqual({ weight: 2, strength: 3, reduction: 4, test: 5 });
  });
});
