import type { Logger } from "@bnas/telemetry";
import type { KubeConfig } from "@kubernetes/client-node";
import { Cache } from "../kube/cache.js";
import type { KubeApi } from "../kube/kube-api.js";
import { coreEventsPath, jobsPath, podsPath, searchesPath } from "../kube/paths.js";
import type { ArchitectureSearch } from "../status/architecture-search.js";
import { searchIdOfObject } from "../status/search-id.js";
import { managedBy, SEARCH_LABEL } from "../trainer/trainer-job.js";
import { isOver, type KubeJob, type Pod, type Trainer, trainerOf, type Warning } from "../trainer/trainer-state.js";

/** Milliseconds after which a Job without a pod is asked why. */
const PODLESS = 2000;

/** Milliseconds within which a watch tells of a Job that was made. */
const RESERVED = 30_000;

const selector = Object.entries(managedBy)
  .map((pair) => pair.join("="))
  .join(",");

/** What is watched of the cluster: the objects, and the Jobs and pods of their trainers, of the namespaces that are served. */
export class Cluster {
  readonly #api: KubeApi;
  readonly #searches: readonly Cache<ArchitectureSearch>[];
  readonly #jobs: readonly Cache<KubeJob>[];
  readonly #pods: readonly Cache<Pod>[];
  readonly #keys = new Map<string, string>();
  readonly #jobsOf = new Grouped<KubeJob>();
  readonly #podsOf = new Grouped<Pod>();
  /** Jobs that were made and that no watch has reported yet. */
  readonly #making = new Map<string, Trainer>();

  /** @param onChange gets the key of an object that must be reconciled */
  constructor(
    config: KubeConfig,
    api: KubeApi,
    options: {
      readonly namespaces: readonly string[];
      readonly logger: Logger;
      readonly onChange: (key: string, what: "search" | "trainer") => void;
    },
  ) {
    this.#api = api;
    const { namespaces, logger, onChange } = options;
    const ofTrainer = (searchId: string | undefined) => {
      const key = this.#keys.get(searchId ?? "");
      if (key !== undefined) onChange(key, "trainer");
    };
    this.#searches = namespaces.map(
      (namespace) =>
        new Cache<ArchitectureSearch>(config, api, {
          path: searchesPath(namespace),
          logger,
          onChange: (now, before) => {
            const object = now ?? before;
            if (object === undefined) return;
            const key = objectKeyOf(object);
            if (now === undefined) this.#keys.delete(searchIdOfObject(object));
            else this.#keys.set(searchIdOfObject(object), key);
            if (asksAgain(now, before)) onChange(key, "search");
          },
        }),
    );
    this.#jobs = namespaces.map(
      (namespace) =>
        new Cache<KubeJob>(config, api, {
          path: jobsPath(namespace),
          labelSelector: selector,
          logger,
          onChange: (now, before) => {
            this.#jobsOf.change(now, before);
            const { name, labels } = (now ?? before)?.metadata ?? { name: "" };
            this.#making.delete(name);
            ofTrainer(labels?.[SEARCH_LABEL]);
          },
        }),
    );
    this.#pods = namespaces.map(
      (namespace) =>
        new Cache<Pod>(config, api, {
          path: podsPath(namespace),
          labelSelector: selector,
          logger,
          onChange: (now, before) => {
            this.#podsOf.change(now, before);
            ofTrainer((now ?? before)?.metadata.labels?.[SEARCH_LABEL]);
          },
        }),
    );
  }

  async follow(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#caches().map((cache) => cache.follow(signal)));
  }

  get synced(): boolean {
    return this.#caches().every(({ synced }) => synced);
  }

  /** Lists and watches that were asked for. */
  get asked(): { readonly lists: number; readonly watches: number } {
    const all = this.#caches().map(({ asked }) => asked);
    return {
      lists: all.reduce((sum, { lists }) => sum + lists, 0),
      watches: all.reduce((sum, { watches }) => sum + watches, 0),
    };
  }

  keyOfSearch(searchId: string): string | undefined {
    return this.#keys.get(searchId);
  }

  objects(): readonly ArchitectureSearch[] {
    return this.#searches.flatMap((cache) => cache.list());
  }

  object(key: string): ArchitectureSearch | undefined {
    const [namespace = "", name = ""] = key.split("/");
    return this.#searches.map((cache) => cache.get(namespace, name)).find((object) => object !== undefined);
  }

  /** What the API server answered to a write, before the watch tells of it. */
  learn(object: ArchitectureSearch): void {
    for (const cache of this.#searches) cache.learn(object);
  }

  /** The trainers of a search as the watches tell, and those that were just made. */
  trainersOf(searchId: string): readonly Trainer[] {
    const pods = this.podsOf(searchId);
    const known = this.#jobsOf.of(searchId).map((job) => trainerOf(job, podsOfJob(pods, job)));
    return [...known, ...[...this.#making.values()].filter(({ name }) => name.startsWith(`${searchId}-`))];
  }

  /** As trainersOf; of a Job that has no pod for a while it asks why. */
  async explainedTrainersOf(object: ArchitectureSearch, now: number): Promise<readonly Trainer[]> {
    const searchId = searchIdOfObject(object);
    const pods = this.podsOf(searchId);
    const { namespace } = object.metadata;
    return Promise.all(
      this.trainersOf(searchId).map(async (trainer) => {
        const job = this.#jobsOf.of(searchId).find(({ metadata }) => metadata.name === trainer.name);
        if (job === undefined || trainer.state !== "starting") return trainer;
        if (podsOfJob(pods, job).length > 0 || now - trainer.since < PODLESS) return trainer;
        return trainerOf(job, [], await this.#warningsAbout(namespace, job.metadata.uid ?? ""));
      }),
    );
  }

  podsOf(searchId: string): readonly Pod[] {
    return this.#podsOf.of(searchId);
  }

  /** Trainers of all searches that have a place: they run, or may soon, or are not gone yet. */
  get occupied(): number {
    const there = this.#jobs.flatMap((cache) => cache.list()).filter((job) => !isOver(job));
    return there.length + this.#making.size;
  }

  /** How many trainers there are of each state, and how many are wanted in all. */
  trainersByState(): Readonly<Record<"wanted" | "queued" | "starting" | "running" | "leaving", number>> {
    const counts = { wanted: 0, queued: 0, starting: 0, running: 0, leaving: 0 };
    for (const object of this.objects()) {
      counts.wanted += object.status?.trainersWanted ?? 0;
      for (const { state } of this.trainersOf(searchIdOfObject(object))) {
        if (state !== "done" && state !== "failed") counts[state]++;
      }
    }
    return counts;
  }

  /** A trainer that is about to be made takes its place now. */
  reserve(trainer: Trainer): void {
    this.#making.set(trainer.name, trainer);
    // One that was made and removed between two lists is never reported.
    setTimeout(() => this.#making.get(trainer.name) === trainer && this.release(trainer.name), RESERVED).unref();
  }

  release(name: string): void {
    this.#making.delete(name);
  }

  async #warningsAbout(namespace: string, uid: string): Promise<readonly Warning[]> {
    const query = { fieldSelector: `involvedObject.uid=${uid},type=Warning`, limit: "20" };
    const { items } = await this.#api.call<{ readonly items: readonly Warning[] }>({
      method: "GET",
      path: coreEventsPath(namespace),
      query,
    });
    return items;
  }

  #caches(): readonly (Cache<ArchitectureSearch> | Cache<KubeJob> | Cache<Pod>)[] {
    return [...this.#searches, ...this.#jobs, ...this.#pods];
  }
}

export const objectKeyOf = ({ metadata: { namespace, name } }: ArchitectureSearch): string => `${namespace}/${name}`;

/** A change of the status alone is our own. */
const asksAgain = (now: ArchitectureSearch | undefined, before: ArchitectureSearch | undefined): boolean =>
  now === undefined ||
  before === undefined ||
  now.metadata.uid !== before.metadata.uid ||
  now.metadata.generation !== before.metadata.generation ||
  now.metadata.deletionTimestamp !== before.metadata.deletionTimestamp ||
  (now.metadata.finalizers ?? []).join() !== (before.metadata.finalizers ?? []).join();

const podsOfJob = (pods: readonly Pod[], { metadata: { name } }: KubeJob): readonly Pod[] =>
  pods.filter(({ metadata: { labels = {} } }) => labels["batch.kubernetes.io/job-name"] === name);

/** Objects by the search that they belong to. */
class Grouped<Item extends KubeJob | Pod> {
  readonly #groups = new Map<string, Map<string, Item>>();

  change(now: Item | undefined, before: Item | undefined): void {
    const item = now ?? before;
    const searchId = item?.metadata.labels?.[SEARCH_LABEL];
    if (item === undefined || searchId === undefined) return;
    const group = this.#groups.get(searchId) ?? new Map<string, Item>();
    const key = `${item.metadata.namespace ?? ""}/${item.metadata.name}`;
    if (now === undefined) group.delete(key);
    else group.set(key, now);
    if (group.size === 0) this.#groups.delete(searchId);
    else this.#groups.set(searchId, group);
  }

  of(searchId: string): readonly Item[] {
    return [...(this.#groups.get(searchId)?.values() ?? [])];
  }
}
