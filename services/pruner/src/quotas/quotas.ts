import { notAllowed } from "@bnas/errors";
import type { Search } from "@bnas/search";
import type { Logger, Recorder } from "@bnas/telemetry";
import type { Searches } from "../deciding/searches.js";
import { type Account, accountsOf } from "./accounts.js";
import type { Quota, QuotaFile } from "./quota-file.js";

type QuotaName = keyof Quota & keyof Account;

/** What each quota counts, for people, and what they do when it is reached. */
const WORDS: Readonly<Record<QuotaName, { readonly counts: string; readonly next: string }>> = {
  searches: { counts: "live searches", next: "Wait until one has ended, or cancel one" },
  jobs: { counts: "open training jobs", next: "Wait until one is done" },
  gpuSeconds: { counts: "GPU seconds", next: "Spent seconds do not come back" },
  blobBytes: { counts: "bytes in the store", next: "Delete searches of it that are not needed" },
};

/** Quotas that are reached by what was done before. One more search, or job, is what reaches the others. */
const SPENT = ["gpuSeconds", "blobBytes"] as const;

/** A quota that is reached again and again is one line of the log in this time. */
const QUIET_MS = 10_000;

export type Usage = { readonly owner: string; readonly used: Account; readonly quota: Quota };

/** Holds every owner to its quota, and says what each has used. */
export class Quotas {
  readonly #searches: Pick<Searches, "each">;
  readonly #file: Pick<QuotaFile, "of"> | undefined;
  readonly #tools: { readonly logger: Logger; readonly recorder: Recorder };
  /** Owners that wait, by what they wait for: a limit is said when it is reached, not for as long as it is. */
  readonly #waiting = new Map<string, QuotaName>();
  /** Searches that are being opened, whose facts are not written yet. */
  readonly #opening = new Map<string, number>();
  readonly #said = new Map<string, { at: number; times: number }>();

  /** @param file undefined: no one has a limit */
  constructor(
    searches: Pick<Searches, "each">,
    file: Pick<QuotaFile, "of"> | undefined,
    tools: { readonly logger: Logger; readonly recorder: Recorder },
  ) {
    this.#searches = searches;
    this.#file = file;
    this.#tools = tools;
  }

  /** Every owner's account with its quota, by name. @param only that of this owner alone, also where it has used nothing */
  usage(only?: string): readonly Usage[] {
    const accounts = accountsOf(this.#searches.each(), only);
    const owners = only === undefined ? [...accounts.keys()].sort() : [only];
    return owners.map((owner) => ({ owner, used: accounts.get(owner) ?? none, quota: this.#file?.of(owner) ?? {} }));
  }

  /**
   * Let an owner open one search more; it counts as opened until the returned function is called.
   * @throws RESOURCE_EXHAUSTED with what is reached, and what to do
   */
  admit(owner = ""): () => void {
    const account = this.#of(owner);
    const { quota } = account;
    const opening = this.#opening.get(owner) ?? 0;
    const used = { ...account.used, searches: account.used.searches + opening };
    const reached = this.#reachedBy(used, quota, ["searches", ...SPENT]);
    if (reached === undefined) {
      this.#opening.set(owner, opening + 1);
      return () => void this.#opening.set(owner, (this.#opening.get(owner) ?? 1) - 1);
    }
    this.#say(owner, reached, used, quota);
    const { counts, next } = WORDS[reached];
    const who = owner === "" ? "searches without an owner" : owner;
    throw notAllowed(
      "RESOURCE_EXHAUSTED",
      "owner",
      owner,
      `an owner below its quota of ${quota[reached]} ${counts}; ${who} has ${round(used[reached])}`,
      `${next}; who runs the mesh raises quotas (docs/quotas.md)`,
    );
  }

  /** How many training jobs more may be asked for of an owner's searches. */
  jobsLeft(owner = ""): number {
    if (this.#file === undefined) return Number.POSITIVE_INFINITY;
    const quota = this.#file.of(owner);
    if (quota.jobs === undefined && quota.gpuSeconds === undefined && quota.blobBytes === undefined)
      return Number.POSITIVE_INFINITY;
    const { used } = this.#of(owner);
    const reached = this.#reachedBy(used, quota, [...SPENT, "jobs"]);
    if (reached === undefined) this.#waiting.delete(owner);
    else if (this.#waiting.get(owner) !== reached) {
      this.#waiting.set(owner, reached);
      this.#say(owner, reached, used, quota);
    }
    if (reached !== undefined) return 0;
    return quota.jobs === undefined ? Number.POSITIVE_INFINITY : quota.jobs - used.jobs;
  }

  /** What a live search waits for, in a sentence; "": for nothing of its owner's. */
  waits({ ended }: Search, owner = ""): string {
    if (ended !== undefined || this.#file === undefined) return "";
    const { used, quota } = this.#of(owner);
    const reached = this.#reachedBy(used, quota, SPENT);
    if (reached === undefined) return "";
    const { counts, next } = WORDS[reached];
    return `it waits: ${round(used[reached])} of the ${quota[reached]} ${counts} of its owner are used. ${next}; who runs the mesh raises quotas.`;
  }

  #of(owner: string): Usage {
    const [usage] = this.usage(owner);
    return usage ?? { owner, used: none, quota: {} };
  }

  #reachedBy(used: Account, quota: Quota, names: readonly QuotaName[]): QuotaName | undefined {
    return names.find((name) => used[name] >= (quota[name] ?? Number.POSITIVE_INFINITY));
  }

  #say(owner: string, limit: QuotaName, used: Account, quota: Quota): void {
    const { logger, recorder } = this.#tools;
    recorder.count("bnas.limits", 1, { "bnas.limit": `quota.${limit}` });
    const key = `${limit} ${owner}`;
    const [now, said] = [performance.now(), this.#said.get(key) ?? { at: Number.NEGATIVE_INFINITY, times: 0 }];
    said.times++;
    this.#said.set(key, said);
    if (now - said.at < QUIET_MS) return;
    said.at = now;
    const fields = { owner, limit: `quota.${limit}`, used: round(used[limit]), most: quota[limit], times: said.times };
    logger.warn(fields, "a quota was reached");
  }
}

const none: Account = { searches: 0, jobs: 0, gpuSeconds: 0, blobBytes: 0 };

const round = (amount: number): number => Math.round(amount * 10) / 10;
