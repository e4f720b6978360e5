import { type ChildProcess, fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { fromPlain, LIMITS, type PlainError } from "@bnas/errors";
import { damaged } from "./damaged.js";
import type { ImageFile } from "./decode-image.js";

/** The pixels of an image in a size, as `decodeImage` gives them. */
export type Decode = (image: ImageFile, size: { width: number; height: number }) => Promise<Uint8Array>;

/** What a child gets, and what it answers. */
export type DecoderTask = { readonly image: ImageFile; readonly size: { width: number; height: number } };
export type DecoderAnswer = { readonly pixels: Uint8Array } | { readonly failed: PlainError };

/** Limits of one child; a child that exceeds one is killed and replaced. */
type Limits = { readonly children: number; readonly residentBytes: number; readonly seconds: number };

const ofOne: Limits = {
  children: Math.min(4, availableParallelism()),
  residentBytes: LIMITS["data.decoderMemory"].value,
  seconds: LIMITS["data.decoderTime"].value / 1_000,
};
/** Of the objects of JavaScript in a child. */
const HEAP_MIB = 128;
/** How often the memory of a child that works is looked at. */
const LOOK_EVERY_MS = 20;
const BYTES_A_PAGE = 4096;

type Task = DecoderTask & {
  readonly done: (pixels: Uint8Array) => void;
  readonly fail: (error: unknown) => void;
  /** Whether a child has ended over it by itself. */
  again: boolean;
};

/** A built program; from the source, as tests run it, another loads the types away. */
const script = (): { readonly file: string; readonly execArgv: readonly string[] } => {
  const built = fileURLToPath(new URL("./decoder-child.js", import.meta.url));
  if (existsSync(built)) return { file: built, execArgv: [] };
  const source = fileURLToPath(new URL("./decoder-child.ts", import.meta.url));
  return { file: source, execArgv: ["--conditions=@bnas/source", "--import", "tsx"] };
};

/**
 * Decodes pictures in child processes: what a picture does to a decoder, it does not do to the service. A child gets the bytes of a file and
 * no path, and has limits of resident memory (on Linux) and of time. At one it is killed, the picture is refused by name, and the next task
 * starts another. A child that ended by itself, as when the system needs memory, gets its picture again once.
 */
export class DecoderPool {
  readonly #limits: Limits;
  readonly #program: string | undefined;
  readonly #waiting: Task[] = [];
  readonly #idle: ChildProcess[] = [];
  readonly #all = new Set<ChildProcess>();
  #closed = false;

  /** @param program of a child, in place of decoder-child.ts: for tests of what children may do */
  constructor(limits: Partial<Limits> = {}, program?: string) {
    this.#limits = { ...ofOne, ...limits };
    this.#program = program;
  }

  readonly decode: Decode = (image, size) =>
    new Promise((done, fail) => {
      this.#waiting.push({ image, size, done, fail, again: false });
      this.#next();
    });

  /** Ends all children. */
  close(): void {
    this.#closed = true;
    for (const child of this.#all) child.kill("SIGKILL");
  }

  #next(): void {
    while (this.#waiting.length > 0 && !this.#closed) {
      const child = this.#idle.pop() ?? this.#started();
      if (child === undefined) return;
      const task = this.#waiting.shift();
      if (task !== undefined) this.#give(child, task);
    }
  }

  #started(): ChildProcess | undefined {
    if (this.#all.size >= this.#limits.children) return undefined;
    const { file, execArgv } = this.#program === undefined ? script() : { file: this.#program, execArgv: [] };
    const child = fork(file, [], {
      serialization: "advanced",
      execArgv: [...execArgv, `--max-old-space-size=${HEAP_MIB}`],
      // Nothing of the service's settings and secrets.
      env: {},
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    // A child that cannot be started, or does not take a message, ends: that is where it counts.
    child.on("error", () => child.kill("SIGKILL"));
    this.#all.add(child);
    return child;
  }

  #give(child: ChildProcess, task: Task): void {
    hold(child, true);
    let why: string | undefined;
    const kill = (limit: string) => {
      why ??= limit;
      child.kill("SIGKILL");
    };
    const { residentBytes, seconds } = this.#limits;
    const clock = setTimeout(() => kill(`that it takes more than ${seconds} s`), seconds * 1000);
    const memory = setInterval(() => {
      if (residentOf(child) <= residentBytes) return;
      kill(`that it takes more than ${residentBytes / 2 ** 20} MiB of memory`);
    }, LOOK_EVERY_MS);
    const settle = (act: () => void) => {
      clearTimeout(clock);
      clearInterval(memory);
      child.off("message", answered);
      child.off("exit", ended);
      act();
      this.#next();
    };
    const answered = (answer: DecoderAnswer) =>
      settle(() => {
        hold(child, false);
        this.#idle.push(child);
        if ("pixels" in answer) task.done(answer.pixels);
        else task.fail(fromPlain(answer.failed));
      });
    const ended = (code: number | null, signal: string | null) =>
      settle(() => {
        this.#all.delete(child);
        if (why === undefined && !task.again) {
          task.again = true;
          this.#waiting.unshift(task);
          return;
        }
        const { uri, file } = task.image;
        const found = why ?? `that the decoder ended (${signal ?? code})`;
        task.fail(damaged(uri, { file, byte: 0, expected: "an image that can be decoded", found }));
      });
    child.on("message", answered);
    child.on("exit", ended);
    // A child that is idle ends only with the service, or by the system.
    if (child.exitCode !== null || child.signalCode !== null) ended(child.exitCode, child.signalCode);
    else child.send({ image: task.image, size: task.size } satisfies DecoderTask);
  }
}

/** Whether a process that has nothing else to do waits for a child. */
const hold = (child: ChildProcess, waits: boolean): void => {
  const channel = child.channel;
  if (waits) {
    child.ref();
    channel?.ref();
  } else {
    child.unref();
    channel?.unref();
  }
};

/** Bytes of memory that a process has; 0 where the system does not say it in a file. */
const residentOf = ({ pid }: ChildProcess): number => {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * BYTES_A_PAGE;
  } catch {
    return 0;
  }
};
