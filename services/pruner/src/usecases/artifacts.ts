import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fault, isInvalidInput, method, text } from "@bnas/errors";
import { type FactLog, factsFileText, parseFactsFile } from "@bnas/log";
import type { Artifact, DatasetServiceClient, DescribeDatasetResponse, GetArtifactResponse } from "@bnas/proto";
import { assembleReport, type ReportInput, type ResultFile, resultFiles } from "@bnas/report";
import { describeData } from "@bnas/rpc";
import { endsSearch, provenanceOf, type Recorded, type Search, type Spec } from "@bnas/search";
import { proofOf, proofText, readSearchFacts } from "@bnas/searches";
import { type BlobStore, loadCheckpoint } from "@bnas/store";
import type { Searches } from "../deciding/searches.js";
import { findSearch, wasDeleted } from "./find-search.js";

type Mesh = {
  readonly log: FactLog;
  readonly searches: Searches;
  readonly store: BlobStore | undefined;
  readonly dataset: DatasetServiceClient;
};

/** What can be taken home of a search: its name, what it is, and how it is made. Each is a function of facts, blobs and dataset. */
type Offer = {
  readonly name: string;
  readonly mediaType: string;
  /** Whether it says something of the dataset, which has to be readable then. */
  readonly ofData: boolean;
  make(): Promise<Uint8Array>;
};

/** All offers of a search, and whether its dataset can be read still. */
type Offers = { readonly offers: readonly Offer[]; isDataThere(): Promise<boolean> };

/** Bytes of an artifact in a message. */
const CHUNK = 1024 * 1024;

/**
 * What a search leaves: with bytes and digest of each. Of one that has not ended, its facts so far; where the dataset is gone, what
 * can be made without it.
 */
export const listArtifacts = async (mesh: Mesh, searchId: string): Promise<Artifact[]> => {
  const artifacts: Artifact[] = [];
  const { offers, isDataThere } = await offersOf(mesh, searchId);
  for (const { name, mediaType, ofData, make } of offers) {
    if (ofData && !(await isDataThere())) continue;
    const bytes = await make();
    artifacts.push({ name, mediaType, bytes: bytes.length, sha256: sha256(bytes) });
  }
  return artifacts;
};

/** The bytes of one of them, in order. It rejects with NOT_FOUND for a name that the search does not leave. */
export async function* getArtifact(mesh: Mesh, searchId: string, name: string): AsyncGenerator<GetArtifactResponse> {
  const { offers } = await offersOf(mesh, searchId);
  const offer = offers.find((one) => one.name === name);
  if (offer === undefined) {
    throw fault(
      "NOT_FOUND",
      `search ${searchId} leaves no artifact ${JSON.stringify(name)}`,
      text`${method("ListArtifacts")} names those that it leaves: ${offers.map((one) => one.name).join(", ")}`,
    );
  }
  const bytes = await offer.make();
  for (let from = 0; from < bytes.length || from === 0; from += CHUNK) {
    yield { data: Buffer.from(bytes.subarray(from, from + CHUNK)) };
  }
}

const offersOf = async (mesh: Mesh, searchId: string): Promise<Offers> => {
  const { search } = await findSearch(mesh.searches, searchId);
  const { spec, ended } = search;
  const made = { mediaType: "application/jsonl", ofData: false, make: () => factsOf(mesh, searchId) };
  const facts: Offer = { name: "facts.jsonl", ...made };
  if (spec === undefined || ended?.kind !== "search.finished")
    return { offers: [facts], isDataThere: async () => true };
  // Once for all that is listed: the last takes about a second.
  const read = once(() => readParts(mesh, search, spec));
  const assembled = once(async () => assemble(search, spec, await read()));
  const texts = resultFiles(spec, ended.genotype, assembled);
  const offers = [
    facts,
    ...(await proofsOf(mesh, searchId)),
    ...texts.map(ofText),
    ...(await modelsOf(mesh.store, search, spec, read)),
  ];
  const isDataThere = async (): Promise<boolean> => {
    try {
      await read();
      return true;
    } catch (error) {
      // A service that does not answer now is asked again by the caller; a folder that is gone stays so.
      if (isInvalidInput(error)) return false;
      throw error;
    }
  };
  return { offers, isDataThere };
};

const once = <Value>(make: () => Promise<Value>): (() => Promise<Value>) => {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

const ofText = ({ name, mediaType, ofData, text }: ResultFile): Offer => ({
  name,
  mediaType,
  ofData,
  make: async () => Buffer.from(await text()),
});

/** proof.json (docs/proof.md), of the facts up to the end: the same whenever it is asked for. A search of an older service has none. */
const proofsOf = async (mesh: Mesh, searchId: string): Promise<readonly Offer[]> => {
  const { lines } = parseFactsFile(Buffer.from(await factsOf(mesh, searchId)).toString("utf8"), `search ${searchId}`);
  const end = lines.findIndex(({ stored }) => endsSearch(stored.fact));
  const proof = proofOf(lines.slice(0, end + 1));
  if (proof === undefined) return [];
  return [
    {
      name: "proof.json",
      mediaType: "application/json",
      ofData: false,
      make: async () => Buffer.from(proofText(proof)),
    },
  ];
};

const factsOf = async ({ log, store }: Mesh, searchId: string): Promise<Uint8Array> => {
  const facts = await readSearchFacts(log, store, searchId);
  if (facts === undefined) throw wasDeleted(searchId);
  return Buffer.from(factsFileText(facts));
};

/** What is read for a report: the facts of the search, and what its dataset is. */
type Parts = { readonly facts: readonly Recorded[]; readonly description: DescribeDatasetResponse };

const readParts = async ({ log, store, dataset }: Mesh, { id }: Search, spec: Spec): Promise<Parts> => {
  const { description } = await describeData(dataset, spec);
  return { facts: (await readSearchFacts(log, store, id)) ?? [], description };
};

const assemble = async (search: Search, spec: Spec, { facts, description }: Parts): Promise<ReportInput> =>
  assembleReport({
    ...{ search, spec, facts, data: description, version: await versionOf() },
    costs: await costsOf(search, spec, description),
    measured: { peakMemoryBytes: null, latency: null },
  });

/** The networks are built to be counted, for which the tensor library is loaded. */
const costsOf = async ({ ended }: Search, spec: Spec, description: DescribeDatasetResponse) => {
  if (ended?.kind !== "search.finished") return undefined;
  const { answerCosts } = await import("@bnas/model");
  return answerCosts(spec, ended.genotype, description);
};

/** Of this package, which is that of all others. */
const versionOf = async (): Promise<string> =>
  JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")).version;

/** The trained networks, as folders of two files. The tensor library is loaded for them and for costs alone. */
const modelsOf = async (
  store: BlobStore | undefined,
  search: Search,
  spec: Spec,
  read: () => Promise<Parts>,
): Promise<readonly Offer[]> => {
  if (store === undefined || search.models.length === 0) return [];
  const { isOfModel, modelFiles, modelFolderName, tensorsOfModel, trainedModel, trainedModels } = await import(
    "@bnas/model"
  );
  return trainedModels(search).flatMap((model) => {
    const files = async () => {
      const { facts, description } = await read();
      const { config, checkpoint } = trainedModel(search, spec, model, description, provenanceOf(facts));
      const tensors = tensorsOfModel(await loadCheckpoint(store, checkpoint, isOfModel));
      return modelFiles({ ...config, tensors });
    };
    const name = modelFolderName(model);
    return [
      ofText({
        name: `${name}/config.json`,
        mediaType: "application/json",
        ofData: true,
        text: async () => (await files()).config,
      }),
      {
        name: `${name}/model.safetensors`,
        mediaType: "application/octet-stream",
        ofData: true,
        make: async () => (await files()).tensors,
      },
    ];
  });
};

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
