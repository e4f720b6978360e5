import { type FSWatcher, watch } from "node:fs";
import type { Recorded } from "@bnas/search";
import { readLine, writeLine } from "./fact-line.js";
import { FactList } from "./fact-list.js";
import type { Appended, FactLog, Stored, Work } from "./fact-log.js";
import { JobQueues } from "./job-queue.js";
import { LineFile } from "./line-file.js";
import { LogClosed } from "./log-closed.js";
import { defaultRetryPolicy, type RetryPolicy } from "./retry.js";
import { watchFacts } from "./watch-facts.js";

/** How long another process's fact may stay unseen where the system does not tell of changes. */
const pollMs = 200;

/**
 * A log in a file, one line a fact (`fact-line.ts` gives the form). Several processes may write it: of lines with one subject
 * the first counts, for every reader, so whoever reads after its own write knows whether it was the first. The sequence is
 * the number of the line.
 */
export class FileLog implements FactLog {
  readonly #file: LineFile;
  readonly #list = new FactList();
  readonly #closing = new AbortController();
  readonly #followed = { list: this.#list, refresh: () => this.#refreshUnlessClosed() };
  readonly #queues: JobQueues;
  /** Ends with the last call that touches the file: they go one after another. */
  #turn: Promise<unknown> = Promise.resolve();
  #refreshing: Promise<void> | undefined;
  /** Why the file cannot be used any more: a line was edited. */
  #broken: { readonly error: unknown } | undefined;
  #followers = 0;
  #stopFollowing = (): void => {};

  private constructor(file: LineFile, policy: RetryPolicy) {
    this.#file = file;
    this.#queues = new JobQueues(this.#followed, policy);
  }

  /** Open, or begin, a log. Throws InvalidInput for a file that was edited or is of another version. */
  static async open(path: string, policy: RetryPolicy = defaultRetryPolicy): Promise<FileLog> {
    const log = new FileLog(await LineFile.open(path), policy);
    try {
      await log.#refresh();
    } catch (error) {
      await log.close();
      throw error;
    }
    return log;
  }

  append(recorded: Recorded): Promise<Appended> {
    return this.#inTurn(async () => {
      const { recorded: kept, sha256, text } = writeLine(recorded);
      await this.#takeUp();
      const earlier = this.#list.get(kept.subject);
      if (earlier !== undefined) {
        await this.#file.sync();
        return { stored: earlier, duplicate: true };
      }
      await this.#file.append(text);
      const come = await this.#takeUp();
      const first = come.find(({ stored }) => stored.subject === kept.subject);
      if (first === undefined)
        throw new Error(`${this.#file.path}: the line of ${kept.subject} is not where it was written`);
      // Two processes that write the very same line at once are both told that they were first: nothing hangs on it.
      return { stored: first.stored, duplicate: first.sha256 !== sha256 };
    });
  }

  async read(pattern: string, after = 0): Promise<readonly Stored[]> {
    await this.#refresh();
    return this.#list.read(pattern, after);
  }

  async *watch(
    pattern: string,
    { after = 0, signal }: { after?: number; signal: AbortSignal },
  ): AsyncGenerator<Stored> {
    const stop = this.#follow();
    try {
      yield* watchFacts(this.#followed, pattern, after, AbortSignal.any([signal, this.#closing.signal]));
    } finally {
      stop();
    }
  }

  async work(work: Work, signal: AbortSignal): Promise<void> {
    const stop = this.#follow();
    try {
      await this.#queues.work(work, AbortSignal.any([signal, this.#closing.signal]));
    } finally {
      stop();
    }
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#stopFollowing();
    await this.#turn;
    await this.#file.close();
  }

  /** Take up new lines. Calls that wait for their turn share one look. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#inTurn(async () => {
      this.#refreshing = undefined;
      await this.#takeUp();
    });
    return this.#refreshing;
  }

  /** Whoever follows a log that is closed ends in peace. */
  async #refreshUnlessClosed(): Promise<void> {
    if (!this.#closing.signal.aborted) await this.#refresh();
  }

  /** New lines into the list. Gives the facts that were the first of their subject. */
  async #takeUp(): Promise<readonly { readonly stored: Stored; readonly sha256: string }[]> {
    if (this.#broken !== undefined) throw this.#broken.error;
    const come: { stored: Stored; sha256: string }[] = [];
    try {
      for (const { number, bytes } of await this.#file.next()) {
        const line = readLine(bytes, `${this.#file.path} line ${number}`);
        if (line === null) continue;
        const stored = { ...line.recorded, sequence: number };
        if (this.#list.add(stored)) come.push({ stored, sha256: line.sha256 });
      }
    } catch (error) {
      this.#broken = { error };
      throw error;
    } finally {
      if (come.length > 0) this.#list.wake();
    }
    return come;
  }

  #inTurn<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    if (this.#closing.signal.aborted) return Promise.reject(new LogClosed(`file:${this.#file.path}`));
    const answer = this.#turn.then(act);
    this.#turn = answer.catch(() => {});
    return answer;
  }

  /** While anybody follows, look when the system tells of a change, and now and then in case it does not. */
  #follow(): () => void {
    this.#followers++;
    if (this.#followers === 1) {
      const look = () => this.#list.wake();
      const poll = setInterval(look, pollMs);
      const watcher = watchFile(this.#file.path, look);
      this.#stopFollowing = () => {
        clearInterval(poll);
        watcher?.close();
      };
    }
    return () => {
      this.#followers--;
      if (this.#followers === 0) this.#stopFollowing();
    };
  }
}

/** Undefined where the system has no more watches to give: the poll is enough then. */
function watchFile(path: string, changed: () => void): FSWatcher | undefined {
  try {
    return watch(path, changed).on("error", () => {});
  } catch {
    return undefined;
  }
}
