import { setTimeout as pause } from "node:timers/promises";
import { backOff } from "@bnas/errors";
import type { Logger } from "@bnas/telemetry";
import { type KubeConfig, Watch } from "@kubernetes/client-node";
import type { KubeApi } from "./kube-api.js";

/** What every object that is watched has. */
export type Kept = {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly resourceVersion?: string;
  };
};

export type CacheOptions<Item> = {
  readonly path: string;
  readonly labelSelector?: string;
  readonly logger: Logger;
  /** Called when the object is kept, changed or gone; `before` is undefined when it is new, `now` when it is gone. */
  readonly onChange: (now: Item | undefined, before: Item | undefined) => void;
};

/** Milliseconds between attempts to reach an API server that does not answer: doubled from the first to the last. */
const pauses = { first: 250, most: 15_000 };

/** Seconds that a watch is kept open. One that is silent for longer has lost its connection without a word. */
const WATCH_SECONDS = 240;

/** Milliseconds after which everything is listed again, though the watch reports every change. */
const RESYNC_MS = 900_000;

/**
 * The objects of one kind, as the API server last sent them: listed once, watched from there on, and listed again when the watch
 * has expired (410), when it broke, and now and then.
 */
export class Cache<Item extends Kept> {
  readonly #api: KubeApi;
  readonly #watch: Watch;
  readonly #options: CacheOptions<Item>;
  readonly #items = new Map<string, Item>();
  #listed = 0;
  #watches = 0;

  constructor(config: KubeConfig, api: KubeApi, options: CacheOptions<Item>) {
    this.#api = api;
    this.#watch = new Watch(config);
    this.#options = options;
  }

  /** Whether it has been listed once. */
  get synced(): boolean {
    return this.#listed > 0;
  }

  /** Lists and watches that were asked for so far. */
  get asked(): { readonly lists: number; readonly watches: number } {
    return { lists: this.#listed, watches: this.#watches };
  }

  get(namespace: string, name: string): Item | undefined {
    return this.#items.get(`${namespace}/${name}`);
  }

  list(): readonly Item[] {
    return [...this.#items.values()];
  }

  /** Keep what the API server answered to a write, before the watch tells of it. */
  learn(item: Item): void {
    if (isNews(item, this.#items.get(keyOf(item)))) this.#keep(item);
  }

  /** Follow the API server until the signal aborts. If the API server is unavailable, wait for it. */
  async follow(signal: AbortSignal): Promise<void> {
    const { path, logger } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      try {
        let version: string | null = await this.#list();
        failures = 0;
        const until = performance.now() + RESYNC_MS;
        while (version !== null && !signal.aborted && performance.now() < until) {
          version = await this.#watchOnce(version, signal);
        }
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        const wait = backOff(failures, pauses);
        logger.warn({ path, err: error, seconds: wait / 1000 }, "cannot list or watch; trying again");
        await pause(wait, undefined, { signal }).catch(() => {});
      }
    }
  }

  /** @returns the version from which to watch */
  async #list(): Promise<string> {
    const { path, labelSelector } = this.#options;
    const query = labelSelector === undefined ? {} : { labelSelector };
    const listed = await this.#api.call<Listed<Item>>({ method: "GET", path, query });
    const there = new Set(listed.items.map(keyOf));
    for (const [key, item] of this.#items) {
      if (!there.has(key)) this.#drop(item);
    }
    for (const item of listed.items) this.#keep(item);
    this.#listed++;
    return listed.metadata.resourceVersion;
  }

  /** @returns the version from which to watch on; null when only a list helps */
  #watchOnce(from: string, signal: AbortSignal): Promise<string | null> {
    const { path, labelSelector } = this.#options;
    this.#watches++;
    return new Promise((resolve, reject) => {
      let version: string | null = from;
      let opened: AbortController | undefined;
      let over = false;
      const onEvent = (phase: string, item: Item) => {
        if (over) return;
        if (phase === "ADDED" || phase === "MODIFIED") this.#keep(item);
        if (phase === "DELETED") this.#drop(item);
        // 410: the versions after ours are compacted away. After any other ERROR a list starts again too.
        version = phase === "ERROR" ? null : (item.metadata.resourceVersion ?? version);
      };
      const end = (error: unknown) => {
        if (over) return;
        over = true;
        clearTimeout(patience);
        signal.removeEventListener("abort", stop);
        opened?.abort();
        if (error === null || error === undefined) resolve(version);
        else if (statusOf(error) === 410) resolve(null);
        else reject(error);
      };
      // At once, though the API server may take seconds to answer a watch.
      const stop = () => end(null);
      const patience = setTimeout(stop, (WATCH_SECONDS + 10) * 1000);
      signal.addEventListener("abort", stop);
      const query = {
        resourceVersion: from,
        allowWatchBookmarks: true,
        timeoutSeconds: WATCH_SECONDS,
        ...(labelSelector === undefined ? {} : { labelSelector }),
      };
      this.#watch.watch(path, query, onEvent, end).then((controller) => {
        opened = controller;
        if (over) controller.abort();
      }, end);
    });
  }

  #keep(item: Item): void {
    const key = keyOf(item);
    const before = this.#items.get(key);
    if (before?.metadata.resourceVersion === item.metadata.resourceVersion) return;
    // Which client wrote which field: the operator does not read it, and it may be most of an object.
    Reflect.deleteProperty(item.metadata, "managedFields");
    this.#items.set(key, item);
    this.#options.onChange(item, before);
  }

  #drop(item: Item): void {
    const before = this.#items.get(keyOf(item));
    if (before === undefined) return;
    this.#items.delete(keyOf(item));
    this.#options.onChange(undefined, before);
  }
}

type Listed<Item> = { readonly metadata: { readonly resourceVersion: string }; readonly items: readonly Item[] };

const keyOf = ({ metadata: { namespace = "", name } }: Kept): string => `${namespace}/${name}`;

/**
 * Whether the answer to a write is newer than what is kept. The watch may have been faster, and have reported a later write of
 * another client, or the deletion: that would be lost for good.
 */
export const isNews = (item: Kept, kept: Kept | undefined): boolean =>
  kept !== undefined && versionOf(item) > versionOf(kept);

/** Versions are whole numbers that rise with every write, whatever they are of. One that is none is older than any. */
const versionOf = ({ metadata: { resourceVersion = "" } }: Kept): bigint =>
  /^\d+$/.test(resourceVersion) ? BigInt(resourceVersion) : -1n;

const statusOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : undefined;
