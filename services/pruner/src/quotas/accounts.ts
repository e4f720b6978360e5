import { jobsOpen } from "@bnas/search";
import { usedBy } from "@bnas/searches";
import type { KnownSearch } from "../deciding/known-search.js";

/** What an owner has used. */
export type Account = {
  /** Searches that have not ended. */
  readonly searches: number;
  /** Training jobs that are asked for and not done. */
  readonly jobs: number;
  readonly gpuSeconds: number;
  readonly blobBytes: number;
};

const nothing: Account = { searches: 0, jobs: 0, gpuSeconds: 0, blobBytes: 0 };

/**
 * The accounts of all owners, by name; "" is that of live searches without an owner. Made of facts each time, so there is none to lose.
 * @param only the account of this owner alone
 */
export const accountsOf = (known: Iterable<KnownSearch>, only?: string): ReadonlyMap<string, Account> => {
  const accounts = new Map<string, Account>();
  for (const one of known) {
    const owner = ownerOf(one);
    if (owner === undefined || (only !== undefined && owner !== only)) continue;
    accounts.set(owner, sum(accounts.get(owner) ?? nothing, accountOf(one)));
  }
  return accounts;
};

/** Undefined: on no account. */
const ownerOf = (known: KnownSearch): string | undefined =>
  known.state === "live" ? (known.followed.owner ?? "") : known.used.owner;

const accountOf = (known: KnownSearch): Account => {
  if (known.state !== "live") {
    const { trainedSeconds = 0, bytes = 0 } = known.used;
    return { ...nothing, gpuSeconds: trainedSeconds, blobBytes: bytes };
  }
  const { followed } = known;
  const { trainedSeconds = 0, bytes = 0 } = usedBy({ ...followed, owner: followed.owner ?? "" });
  return { searches: 1, jobs: jobsOpen(followed.search), gpuSeconds: trainedSeconds, blobBytes: bytes };
};

const sum = (one: Account, other: Account): Account => ({
  searches: one.searches + other.searches,
  jobs: one.jobs + other.jobs,
  gpuSeconds: one.gpuSeconds + other.gpuSeconds,
  blobBytes: one.blobBytes + other.blobBytes,
});
