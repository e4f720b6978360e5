import { createHash } from "node:crypto";
import { fault, method, text } from "@bnas/errors";
import { type FactLog, factsFileText } from "@bnas/log";
import type { Artifact, DatasetServiceClient, GetArtifactResponse } from "@bnas/proto";
import { assembleReport, type ReportInput, type ResultFile, resultFiles } from "@bnas/report";
import { describeData } from "@bnas/rpc";
import type { Search, Spec } from "@bnas/search";
import { readSearchFacts } from "@bnas/searches";
import { type BlobStore, loadCheckpoint } from "@bnas/store";
import type { Searches } from "../deciding/searches.js";
import { findSearch, wasDeleted } from "./find-search.js";

type Mesh = {
  readonly log: FactLog;
  readonly searches: Searches;
  readonly store: BlobStore | undefined;
  readonly dataset: DatasetServiceClient;
};

/** What can be taken home of a search: its name, what it is, and how it is made. Each is a function of facts and blobs. */
type Offer = { readonly name: string; readonly mediaType: string; make(): Promise<Uint8Array> };

/** Bytes of an artifact in a message. */
const CHUNK = 1024 * 1024;

/** What a search leaves: with bytes and digest of each. Of one that has not ended, its facts so far. */
export const listArtifacts = async (mesh: Mesh, searchId: string): Promise<Artifact[]> => {
  const artifacts: Artifact[] = [];
  for (const { name, mediaType, make } of await offersOf(mesh, searchId)) {
    const bytes = await make();
    artifacts.push({ name, mediaType, bytes: bytes.length, sha256: sha256(bytes) });
  }
  return artifacts;
};

/** The bytes of one of them, in order. It rejects with NOT_FOUND for a name that the search does not leave. */
export async function* getArtifact(mesh: Mesh, searchId: string, name: string): AsyncGenerator<GetArtifactResponse> {
  const offers = await offersOf(mesh, searchId);
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

const offersOf = async (mesh: Mesh, searchId: string): Promise<readonly Offer[]> => {
  const { search } = await findSearch(mesh.searches, searchId);
  const { spec, ended } = search;
  const facts: Offer = { name: "facts.jsonl", mediaType: "application/jsonl", make: () => factsOf(mesh, searchId) };
  if (spec === undefined || ended?.kind !== "search.finished") return [facts];
  // Once for all that is listed: it takes about a second.
  const assembled = once(() => assemble(mesh, search, spec));
  const texts = resultFiles(spec, ended.genotype, assembled);
  return [facts, ...texts.map(ofText), ...(await modelsOf(mesh, search, spec))];
};

const once = <Value>(make: () => Promise<Value>): (() => Promise<Value>) => {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

const ofText = ({ name, mediaType, text }: ResultFile): Offer => ({
  name,
  mediaType,
  make: async () => Buffer.from(await text()),
});

const factsOf = async ({ log, store }: Mesh, searchId: string): Promise<Uint8Array> => {
  const facts = await readSearchFacts(log, store, searchId);
  if (facts === undefined) throw wasDeleted(searchId);
  return Buffer.from(factsFileText(facts));
};

/** Facts do not say which engine the trainers had. */
const UNRECORDED = { name: "not recorded", digest: "not recorded", versions: {} };

const assemble = async ({ log, store, dataset }: Mesh, search: Search, spec: Spec): Promise<ReportInput> => {
  const { description } = await describeData(dataset, spec);
  return assembleReport({
    ...{ search, spec, data: description, engine: UNRECORDED, version: "of the mesh" },
    facts: (await readSearchFacts(log, store, search.id)) ?? [],
    measured: { peakMemoryBytes: null },
  });
};

/** The trained networks, as folders of two files. The tensor library is loaded for them alone. */
const modelsOf = async ({ store, dataset }: Mesh, search: Search, spec: Spec): Promise<readonly Offer[]> => {
  if (store === undefined || search.models.length === 0) return [];
  const { isOfModel, modelFiles, modelFolderName, trainedModel, trainedModels } = await import("@bnas/model");
  const { description } = await describeData(dataset, spec);
  return trainedModels(search).flatMap((model) => {
    const { config, checkpoint } = trainedModel(search, spec, model, description, {});
    const files = async () => modelFiles({ ...config, tensors: await loadCheckpoint(store, checkpoint, isOfModel) });
    const name = modelFolderName(model);
    return [
      ofText({
        name: `${name}/config.json`,
        mediaType: "application/json",
        text: async () => (await files()).config,
      }),
      {
        name: `${name}/model.safetensors`,
        mediaType: "application/octet-stream",
        make: async () => (await files()).tensors,
      },
    ];
  });
};

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
