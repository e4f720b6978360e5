import { specToMessage } from "@bnas/rpc";
import type { Fact } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { createSearch } from "../src/usecases/create-search.js";
import { datasetOf, type Mesh, meshOf, opened } from "./mesh.js";

const { spec } = opened;
const digest = "d".repeat(64);
const asked = { searchId: "s", spec: specToMessage(spec), validateOnly: false, owner: "" };
const kinds = async ({ log }: Mesh) => (await log.read("bnas.search.s.>")).map(({ fact }) => fact.kind);

/** A mesh whose dataset service gives a digest. */
const describing = async (facts: Parameters<typeof meshOf>[0]) => {
  const mesh = await meshOf(facts);
  const { dataset } = mesh;
  const describeDataset: typeof dataset.describeDataset = async (...given) => ({
    ...(await dataset.describeDataset(...given)),
    digest,
  });
  return { ...mesh, dataset: { ...dataset, describeDataset } };
};

describe("CreateSearch of a search that was opened before its data were read", () => {
  it("reads and describes them, once", async () => {
    const mesh = await describing({ s: [opened] });
    for (let i = 0; i < 2; i++) await createSearch(asked, mesh);
    expect(await kinds(mesh)).toEqual(["search.opened", "data.described"]);
    expect((await mesh.log.read("bnas.search.s.data.described"))[0]?.fact).toMatchObject({ datasetDigest: digest });
  });

  it("refuses data that cannot carry it, as of any other", async () => {
    const mesh = await meshOf({ s: [opened] });
    await expect(createSearch(asked, { ...mesh, dataset: datasetOf(9) })).rejects.toThrow(/imageSize/);
    expect(await kinds(mesh)).toEqual(["search.opened"]);
  });

  it("leaves one alone whose data are described, or for which something was asked already", async () => {
    const known = await describing({ s: [{ ...opened, datasetDigest: digest }] });
    await createSearch(asked, known);
    expect(await kinds(known)).toEqual(["search.opened"]);
    const request: Fact = {
      ...({ kind: "epoch.requested", stage: "warmup", epoch: 1, job: 0, jobs: 1, from: null } as const),
      candidates: (await known.searches.get("s"))?.search.candidates ?? {},
    };
    const begun = await describing({ s: [opened, request] });
    await createSearch(asked, begun);
    expect(await kinds(begun)).toEqual(["search.opened", "epoch.requested"]);
  });
});
