import { isSha256 } from "@bnas/disk";
import { type BnasError, fault, requestField, text } from "@bnas/errors";
import type { FactLog } from "@bnas/log";
import type { CreateSearchRequest, DatasetServiceClient, DescribeDatasetResponse } from "@bnas/proto";
import { specOfMessage } from "@bnas/rpc";
import {
  completeSpec,
  differingField,
  parseSearchId,
  provenanceOf,
  record,
  type Search,
  type Spec,
} from "@bnas/search";
import type { BlobStore } from "@bnas/store";
import type { Searches } from "../deciding/searches.js";
import { ownerFor } from "../quotas/owner-of.js";
import type { Quotas } from "../quotas/quotas.js";
import { checkData } from "./check-data.js";
import { checkStore } from "./check-store.js";

type Mesh = {
  readonly log: FactLog;
  readonly searches: Searches;
  readonly store: BlobStore | undefined;
  readonly dataset: DatasetServiceClient;
  readonly clock: () => Date;
  readonly quotas: Pick<Quotas, "admit">;
  /** Names of tokens that may open searches on the account of others. */
  readonly ownersNamedBy: ReadonlySet<string>;
};

/**
 * Open a search: check the whole request, then write `opened`. Idempotent by id: asked again with the same spec it gives the search
 * that exists.
 * @param caller the name of the caller's token; undefined: no tokens are asked for
 * @throws InvalidInput for what is not allowed, ALREADY_EXISTS for an id that has another spec, FAILED_PRECONDITION where no blob
 * can be written, RESOURCE_EXHAUSTED where a quota of the owner is reached, PERMISSION_DENIED for the account of another
 */
export const createSearch = async (
  request: CreateSearchRequest,
  mesh: Mesh,
  caller?: string,
): Promise<{ readonly searchId: string; readonly spec: Spec; readonly opened: boolean }> => {
  const { searchId } = request;
  parseSearchId(searchId);
  const spec = specOfMessage(request.spec);
  const owner = ownerFor(request.owner, caller, mesh.ownersNamedBy);
  const known = (await mesh.searches.get(searchId))?.search;
  const existing = known?.spec;
  if (known !== undefined && existing !== undefined) {
    sameSpec(searchId, existing, spec);
    if (!request.validateOnly) await describeUnread(mesh, searchId, known);
    return { searchId, spec: existing, opened: true };
  }
  if (mesh.searches.known(searchId)?.state === "deleted") throw idTaken(searchId);
  if (mesh.searches.aside.isNewer(searchId)) throw isOfNewer(searchId);
  const opened = mesh.quotas.admit(owner);
  try {
    return await openNew(searchId, spec, { ...mesh, owner, validateOnly: request.validateOnly });
  } finally {
    opened();
  }
};

/** Check what a search needs and, unless it is only to be checked, write that it is opened. */
const openNew = async (
  searchId: string,
  spec: Spec,
  mesh: Mesh & { readonly owner: string | undefined; readonly validateOnly: boolean },
): Promise<{ readonly searchId: string; readonly spec: Spec; readonly opened: boolean }> => {
  const { owner } = mesh;
  const description = await checkData(mesh.dataset, spec);
  // Last, since it writes: what is refused leaves nothing.
  await checkStore(mesh.store);
  if (mesh.validateOnly) return { searchId, spec, opened: false };

  const time = mesh.clock().toISOString();
  const owned = owner === undefined ? {} : { owner };
  const { stored, duplicate } = await mesh.log.append(
    record(searchId, { kind: "search.opened", spec, ...digestOf(description), proof: 1, ...owned }, "pruner", time),
  );
  mesh.searches.add(stored);
  if (stored.fact.kind === "search.deleted") throw idTaken(searchId);
  if (duplicate && stored.fact.kind === "search.opened") sameSpec(searchId, completeSpec(stored.fact.spec), spec);
  return { searchId, spec, opened: true };
};

/**
 * A search may be opened before its data are read (`bnas search` writes that fact first of all). Then they are checked and described when
 * its client asks for it, as those of others are before they are opened.
 */
const describeUnread = async (mesh: Mesh, searchId: string, search: Search): Promise<void> => {
  if (search.ended !== undefined || isBegun(search)) return;
  const { datasetDigest } = provenanceOf((await mesh.searches.facts(searchId)) ?? []);
  if (datasetDigest !== undefined) return;
  const { spec } = search;
  if (spec === undefined) return;
  const described = digestOf(await checkData(mesh.dataset, spec));
  await checkStore(mesh.store);
  if (described.datasetDigest === undefined) return;
  const fact = { kind: "data.described", datasetDigest: described.datasetDigest } as const;
  const { stored } = await mesh.log.append(record(searchId, fact, "pruner", mesh.clock().toISOString()));
  mesh.searches.add(stored);
};

/** Whether anything was asked for. */
const isBegun = ({ work, rounds, answer, models }: Search): boolean =>
  answer !== undefined ||
  rounds.length > 0 ||
  work.some(({ requested }) => requested) ||
  models.some(({ epochs }) => epochs.some(({ requested }) => requested));

/** Of the data that a search is opened on. A dataset service of others may give none. */
const digestOf = ({ digest }: DescribeDatasetResponse): { readonly datasetDigest?: string } =>
  isSha256(digest) ? { datasetDigest: digest } : {};

const idTaken = (searchId: string): BnasError =>
  fault(
    "ALREADY_EXISTS",
    `search ${searchId} was deleted, and its id stays taken`,
    text`take another ${requestField("search_id")}: late facts of the old search would be taken for the new one's`,
  );

const isOfNewer = (searchId: string): BnasError =>
  fault(
    "ALREADY_EXISTS",
    `search ${searchId} was opened by a newer version of bnas, whose facts this service cannot read`,
    text`take another ${requestField("search_id")}, or ask a service of that version`,
  );

const sameSpec = (searchId: string, existing: Spec, asked: Spec): void => {
  const field = differingField(existing, asked);
  if (field === undefined) return;
  throw fault(
    "ALREADY_EXISTS",
    `search ${searchId} exists with another spec: ${field.path} is ${JSON.stringify(field.left)} there and ${JSON.stringify(field.right)} here`,
    text`ask with the same spec, or take another ${requestField("search_id")}`,
  );
};
