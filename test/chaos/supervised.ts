import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

const shortestMs = 100;
const longestMs = 2_000;

/** Processes end with the run that started them, whatever ends that. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A process that is started again whenever it ends, sooner or later as Kubernetes does it, until it is stopped. */
export class Supervised {
  readonly name: string;
  readonly #command: readonly string[];
  readonly #onLine: (line: string) => void;
  #child: ChildProcess | undefined;
  #stopped = false;
  #delayMs = shortestMs;
  #said: string[] = [];
  /** How often it was started. */
  starts = 0;

  constructor(name: string, command: readonly string[], onLine: (line: string) => void = () => {}) {
    this.name = name;
    this.#command = command;
    this.#onLine = onLine;
    this.#start();
  }

  /** The last lines that it wrote. */
  get said(): string {
    return this.#said.join("\n");
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** End it for good: gently, or after ten seconds not. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const child = this.#child;
    if (child === undefined || !running.has(child)) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGCONT");
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
  }

  #start(): void {
    this.starts += 1;
    const [command = "", ...args] = this.#command;
    const begun = performance.now();
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    running.add(child);
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output }).on("line", (line) => {
        this.#said = [...this.#said.slice(-99), line];
        this.#onLine(line);
      });
    }
    child.once("error", (error) => {
      throw error;
    });
    child.once("exit", () => {
      running.delete(child);
      const livedLong = performance.now() - begun > 2 * longestMs;
      this.#delayMs = livedLong ? shortestMs : Math.min(2 * this.#delayMs, longestMs);
      setTimeout(() => this.#stopped || this.#start(), this.#delayMs);
    });
  }
}
