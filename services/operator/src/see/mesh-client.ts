import { hasCode, isBnasError, isInvalidInput, sentence } from "@bnas/errors";
import { type Search, type SearchServiceDefinition, SearchState } from "@bnas/proto";
import { type Connection, specToMessage } from "@bnas/rpc";
import type { Spec } from "@bnas/search";
import { type ArtifactStatus, artifactsOfStatus } from "../status/architecture-search.js";
import type { CheckResult, MeshSearch, MeshView } from "./mesh-view.js";

/** Milliseconds that the pruner has for an answer: it holds every search in memory, but looks at a dataset for longer. */
const deadlines = { quick: 10_000, slow: 120_000 };

/** Searches a page of ListSearches: its most. */
const PAGE_SIZE = 1000;

type Client = Connection<SearchServiceDefinition>["client"];

/** The searches of a mesh, as SearchService of the pruner tells and changes them. */
export class MeshClient {
  readonly #client: Client;
  #calls = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Calls so far. */
  get calls(): number {
    return this.#calls;
  }

  /** No answer is `unreachable`; other errors are thrown. @param genotype whether it is wanted, too */
  async view(searchId: string, genotype: boolean): Promise<MeshView> {
    try {
      const search = await this.#call(() => this.#client.getSearch({ searchId }, { deadline: deadlines.quick }));
      const view = meshSearch(search);
      if (!genotype || view.state !== "finished") return { kind: "present", ...view };
      const found = await this.#call(() => this.#client.getArchitecture({ searchId }, { deadline: deadlines.quick }));
      return { kind: "present", ...view, genotype: found.genotypeText };
    } catch (error) {
      if (hasCode(error, "NOT_FOUND")) return { kind: "absent" };
      const down = unreachable(error);
      if (down === undefined) throw error;
      return { kind: "unreachable", ...down };
    }
  }

  /** What a search leaves, as far as a status has room for it. */
  async artifacts(searchId: string): Promise<readonly ArtifactStatus[]> {
    const list = () => this.#client.listArtifacts({ searchId }, { deadline: deadlines.slow });
    return artifactsOfStatus((await this.#call(list)).artifacts);
  }

  /** Whether the search could be opened: its dataset is opened and looked at, nothing is written. */
  async check(searchId: string, spec: Spec, owner: string): Promise<CheckResult<"Unreadable">> {
    try {
      await this.#create(searchId, spec, owner, true);
      return { is: "good" };
    } catch (error) {
      if (isInvalidInput(error)) return { is: "bad", reason: "Unreadable", message: error.message };
      const down = unreachable(error);
      if (down !== undefined) return { is: "unknown", ...down };
      if (hasCode(error, "RESOURCE_EXHAUSTED"))
        return { is: "unknown", reason: "QuotaReached", message: sentence(error) };
      if (hasCode(error, "FAILED_PRECONDITION"))
        return { is: "unknown", reason: "StoreNotWritable", message: sentence(error) };
      if (isBnasError(error)) return { is: "bad", reason: "Unreadable", message: sentence(error) };
      throw error;
    }
  }

  /** @param owner on whose account: the namespace of its object */
  async create(searchId: string, spec: Spec, owner: string): Promise<void> {
    await this.#create(searchId, spec, owner, false);
  }

  async pause(searchId: string): Promise<void> {
    await this.#call(() => this.#client.pauseSearch({ searchId }, { deadline: deadlines.quick }));
  }

  async resume(searchId: string): Promise<void> {
    await this.#call(() => this.#client.resumeSearch({ searchId }, { deadline: deadlines.quick }));
  }

  async cancel(searchId: string, reason: string): Promise<void> {
    await this.#call(() => this.#client.cancelSearch({ searchId, reason }, { deadline: deadlines.quick }));
  }

  /** Facts and blobs go; a search that was never there is gone already. */
  async delete(searchId: string): Promise<void> {
    try {
      await this.#call(() => this.#client.deleteSearch({ searchId }, { deadline: deadlines.slow }));
    } catch (error) {
      if (!hasCode(error, "NOT_FOUND")) throw error;
    }
  }

  /** Every search that has not ended: by id, a word that changes when anything about it does. */
  async alive(): Promise<ReadonlyMap<string, string>> {
    const words = new Map<string, string>();
    for (const state of [SearchState.SEARCH_STATE_RUNNING, SearchState.SEARCH_STATE_PAUSED]) {
      let pageToken = "";
      do {
        const page = await this.#call(() =>
          this.#client.listSearches({ pageSize: PAGE_SIZE, pageToken, state }, { deadline: deadlines.quick }),
        );
        for (const { searchId, progress, quarantined } of page.searches)
          words.set(searchId, `${state} ${progress?.sequence} ${quarantined}`);
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
    }
    return words;
  }

  async #create(searchId: string, spec: Spec, owner: string, validateOnly: boolean): Promise<void> {
    const request = { searchId, spec: specToMessage(spec), owner, validateOnly };
    await this.#call(() => this.#client.createSearch(request, { deadline: deadlines.slow }));
  }

  #call<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    this.#calls++;
    return call();
  }
}

/** Why the mesh cannot be asked; undefined when it has answered, whatever that was. */
export const unreachable = (
  error: unknown,
): { readonly reason: "MeshUnreachable" | "MeshRefused"; readonly message: string } | undefined => {
  if (hasCode(error, "UNAVAILABLE", "RETRY", "DEADLINE_EXCEEDED", "CANCELLED"))
    return { reason: "MeshUnreachable", message: sentence(error) };
  if (hasCode(error, "UNAUTHENTICATED", "PERMISSION_DENIED"))
    return { reason: "MeshRefused", message: sentence(error) };
  return undefined;
};

const states = {
  [SearchState.SEARCH_STATE_RUNNING]: "running",
  [SearchState.SEARCH_STATE_PAUSED]: "paused",
  [SearchState.SEARCH_STATE_FINISHED]: "finished",
  [SearchState.SEARCH_STATE_FAILED]: "failed",
  [SearchState.SEARCH_STATE_CANCELLED]: "cancelled",
} as const;

const meshSearch = ({ state, message, progress, endTime, verdict, quarantined }: Search): MeshSearch => {
  const [gravest] = verdict?.findings ?? [];
  if (!(state in states) || progress === undefined)
    throw new Error("the pruner answered a search without state or progress");
  return {
    // Just checked; TypeScript does not narrow by `in` over numbers.
    state: states[state as keyof typeof states],
    message,
    progress,
    ...(quarantined > 0 ? { quarantined } : {}),
    ...(endTime === undefined ? {} : { endTime: endTime.toISOString() }),
    ...(gravest === undefined
      ? {}
      : { verdict: { kind: gravest.kind, message: `${gravest.seen} ${gravest.means} ${gravest.next}` } }),
  };
};
