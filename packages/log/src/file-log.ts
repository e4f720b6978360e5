import { type BnasError, hasCode } from "@bnas/errors";
import { type Recorded, searchIdOf } from "@bnas/search";
import { listLine, readLine, writeLine } from "./fact-line.js";
import { FactList } from "./fact-list.js";
import type { Appended, FactLog, Stored } from "./fact-log.js";
import { FileFacts, type InFile } from "./file-facts.js";
import { FileReserve } from "./file-reserve.js";
import { type FileLine, LineFile } from "./line-file.js";
import { logClosed } from "./log-closed.js";
import { deletedSubject, isTombstoneSubject, makesRoom, saysEnded, standingTombstone } from "./tombstone.js";
import { SearchVersions } from "./version-of-search.js";
import { type LiveFacts, watchFacts } from "./watch-facts.js";
import { watchFile } from "./watch-file.js";

/** How long another process's fact may stay unseen where the system does not tell of changes. */
const POLL_MS = 200;

/** A fact that has come, with the hash of its line. */
type Come = { readonly entry: InFile; readonly sha256: string };

/**
 * A log in a file, one line a fact (`fact-line.ts` gives the form). Several processes may write it: of lines with one subject the
 * first counts, for every reader, so a process that reads after its own write knows whether it was the first. The sequence is the
 * number of the line. Nothing is removed from the file: of a search with a tombstone only the tombstone counts.
 */
export class FileLog implements FactLog {
  readonly #file: LineFile;
  readonly #facts: FileFacts;
  readonly #reserve: FileReserve;
  readonly #list = new FactList<InFile>();
  /** The tombstones, by search. */
  readonly #gone = new Map<string, InFile>();
  readonly #closing = new AbortController();
  /** In the turn of an append, which has read what is new. */
  readonly #versions = new SearchVersions((pattern) => this.#facts.loadAll(this.#list.read(pattern, 0)));
  /** For jobs that its facts ask for, and for leading alone. */
  readonly live: LiveFacts<InFile> = {
    list: this.#list,
    refresh: () => this.#refreshUnlessClosed(),
    load: (entry) => this.#facts.load(entry),
    follow: () => this.#follow(),
    closing: this.#closing.signal,
  };
  /** Ends with the last call that touches the file: they go one after another. */
  #turn: Promise<unknown> = Promise.resolve();
  #refreshing: Promise<void> | undefined;
  /** Why the file cannot be used any more: a line was edited. */
  #broken: { readonly error: unknown } | undefined;
  #isOpen = false;
  #followers = 0;
  #stopFollowing = (): void => {};

  private constructor(file: LineFile) {
    this.#file = file;
    this.#facts = new FileFacts(file);
    this.#reserve = new FileReserve(file.path);
  }

  /** Open, or begin, a log. @throws InvalidInput for a file that was edited or is of another version */
  static async open(path: string): Promise<FileLog> {
    const log = new FileLog(await LineFile.open(path));
    try {
      await log.#refresh();
      log.#isOpen = true;
    } catch (error) {
      await log.close();
      throw error;
    }
    return log;
  }

  append(recorded: Recorded): Promise<Appended> {
    return this.#inTurn(async () => {
      await this.#readNew();
      const { recorded: kept, sha256, text } = writeLine(await this.#versions.asOpened(recorded));
      const earlier = this.#earlier(kept.subject);
      if (earlier !== undefined) {
        await this.#file.sync();
        return { stored: await this.#facts.load(earlier), duplicate: true };
      }
      const come = await this.#write(text, makesRoom(kept.fact.kind));
      const first = come.find(({ entry }) => entry.subject === kept.subject);
      const entry = first?.entry ?? this.#earlier(kept.subject);
      if (entry === undefined)
        throw new Error(`${this.#file.path}: the line of ${kept.subject} is not where it was written`);
      // If two processes write the same line at once, both get the answer that they were first: nothing depends on it.
      return { stored: await this.#facts.load(entry), duplicate: first?.sha256 !== sha256 };
    });
  }

  async read(pattern: string, after = 0): Promise<readonly Stored[]> {
    await this.#refresh();
    return this.#facts.loadAll(this.#list.read(pattern, after));
  }

  async *watch(
    pattern: string,
    { after = 0, signal }: { after?: number; signal: AbortSignal },
  ): AsyncGenerator<Stored> {
    const stop = this.#follow();
    try {
      yield* watchFacts(this.live, pattern, after, AbortSignal.any([signal, this.#closing.signal]));
    } finally {
      stop();
    }
  }

  async last(): Promise<number> {
    await this.#refresh();
    return this.#list.last;
  }

  /** The tombstone has hidden them already, here and wherever the file is read. The lines stay: others may be reading them. */
  async remove(tombstone: Stored): Promise<void> {
    await standingTombstone(this, tombstone);
  }

  /** Who asks keeps the reserve, as a pruner does: without one a full disk takes no fact that makes room. */
  full(): Promise<BnasError | undefined> {
    return this.#inTurn(() => this.#reserve.keep());
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#stopFollowing();
    await this.#turn;
    await this.#facts.settled();
    await this.#reserve.remove();
    await this.#file.close();
  }

  /** Add a line, of a fact that makes room out of the reserve where the disk is full. Gives what came with it. */
  async #write(text: string, fromReserve: boolean): Promise<readonly Come[]> {
    const come: Come[] = [];
    for (;;) {
      try {
        await this.#file.append(text);
        return [...come, ...(await this.#readNew())];
      } catch (error) {
        if (!fromReserve || !hasCode(error, "NO_ROOM") || !(await this.#reserve.openStep())) throw error;
        // The line was cut off, or came whole and could not be synced.
        come.push(...(await this.#readNew()));
      }
    }
  }

  /** Take up new lines. Calls that wait for their turn share one look. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#inTurn(async () => {
      this.#refreshing = undefined;
      await this.#readNew();
    });
    return this.#refreshing;
  }

  /** A reader that follows a closed log ends without an error. */
  async #refreshUnlessClosed(): Promise<void> {
    if (!this.#closing.signal.aborted) await this.#refresh();
  }

  /** New lines into the list. Gives the facts that were the first of their subject. */
  async #readNew(): Promise<readonly Come[]> {
    if (this.#broken !== undefined) throw this.#broken.error;
    const come: Come[] = [];
    let isNew = false;
    try {
      for await (const lines of this.#file.next()) {
        for (const line of lines) {
          const read = this.#read(line);
          if (read === null || !this.#add(read.entry)) continue;
          isNew = true;
          // No reader asks for the facts before that; there may be a million.
          if (this.#isOpen) come.push(read);
        }
      }
    } catch (error) {
      this.#broken = { error };
      throw error;
    } finally {
      if (isNew) this.#list.wake();
    }
    return come;
  }

  #read({ number, offset, bytes }: FileLine): Come | null {
    const where = `${this.#file.path} line ${number}`;
    const { length } = bytes;
    // (Each entry written out: what is spread takes twice the memory, and there may be a million.)
    if (!this.#isOpen) {
      const subject = listLine(bytes, where);
      return subject === null
        ? null
        : { entry: { subject, sequence: number, offset, length, stored: undefined }, sha256: "" };
    }
    const line = readLine(bytes, where);
    if (line === null) return null;
    const stored = { ...line.recorded, sequence: number };
    return { entry: { subject: stored.subject, sequence: number, offset, length, stored }, sha256: line.sha256 };
  }

  /** False for a fact that counts for nothing: its subject or its search is taken. */
  #add(entry: InFile): boolean {
    if (this.#earlier(entry.subject) !== undefined) return false;
    this.#list.add(entry);
    if (saysEnded(entry.subject)) this.#end(entry);
    return true;
  }

  /** Facts of an ended search are read from the file again when they are needed. */
  #end(entry: InFile): void {
    const id = searchIdOf(entry.subject);
    if (isTombstoneSubject(entry.subject)) {
      this.#list.removeAllBut(entry);
      this.#gone.set(id, entry);
    }
    for (const one of this.#list.of(id)) one.stored = undefined;
  }

  /** What holds a subject: a fact on it, or the tombstone of its search. */
  #earlier(subject: string): InFile | undefined {
    const there = this.#list.get(subject);
    if (there !== undefined || this.#gone.size === 0) return there;
    const id = searchIdOf(subject);
    return subject === deletedSubject(id) ? undefined : this.#gone.get(id);
  }

  #inTurn<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    if (this.#closing.signal.aborted) return Promise.reject(logClosed(`file:${this.#file.path}`));
    const answer = this.#turn.then(act);
    this.#turn = answer.catch(() => {});
    return answer;
  }

  /** While a reader follows, read when the system reports a change, and at intervals in case it does not. */
  #follow(): () => void {
    this.#followers++;
    if (this.#followers === 1) {
      const look = () => this.#list.wake();
      const poll = setInterval(look, POLL_MS);
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
