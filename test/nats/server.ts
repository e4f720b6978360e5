import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { natsServerBinary } from "./binary.js";

/** Servers end with the tests that started them, whatever ends those. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A nats-server with JetStream on a loopback port and a folder of its own. */
export class NatsServer {
  readonly port: number;
  readonly #folder: string;
  readonly #binary: string;
  readonly #flags: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(binary: string, folder: string, port: number, flags: readonly string[]) {
    this.#binary = binary;
    this.#folder = folder;
    this.port = port;
    this.#flags = flags;
  }

  /**
   * Start one. @param more lines for its configuration, such as its cluster @param port a free one when it is left out
   * @param sync when it syncs its disk; later than always is quicker, where no power cut is tested
   */
  static async start(more = "", port?: number, sync = "always"): Promise<NatsServer> {
    const folder = await mkdtemp(join(tmpdir(), "bnas-nats-"));
    const listening = port ?? (await freePort());
    const config = `
      listen: "127.0.0.1:${listening}"
      jetstream { store_dir: ${JSON.stringify(join(folder, "store"))}, sync_interval: ${sync} }
      ${more}`;
    await writeFile(join(folder, "nats.conf"), config);
    return NatsServer.startIn(folder, listening, ["-c", "nats.conf"]);
  }

  /** Start one by what is in a folder, which goes with it. @param flags of nats-server, which make it listen on that port */
  static async startIn(folder: string, port: number, flags: readonly string[]): Promise<NatsServer> {
    const server = new NatsServer(await natsServerBinary(), folder, port, flags);
    await server.restart();
    return server;
  }

  /** HOST:PORT. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Start again on the same port and folder, after `kill`. */
  async restart(): Promise<void> {
    const child = spawn(this.#binary, this.#flags, { cwd: this.#folder, stdio: ["ignore", "ignore", "pipe"] });
    this.#process = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    let said = "";
    await new Promise<void>((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", () => reject(new Error(`nats-server ended before it was ready:\n${said}`)));
      child.stderr?.on("data", (data) => {
        said += data;
        if (said.includes("Server is ready")) resolve();
      });
    });
    // What it says later is read and dropped, so that it never waits for a reader.
    child.stderr?.removeAllListeners("data").resume();
  }

  /** Read its configuration again. */
  reload(): void {
    this.#process?.kill("SIGHUP");
  }

  /** As a power cut for the process: no farewell, nothing flushed. */
  kill(): Promise<void> {
    return this.#end();
  }

  /** A copy of what is on its disk now, made while it runs: what a power cut leaves when all of that was synced, and nothing after it. */
  async copyStore(): Promise<string> {
    const copy = await mkdtemp(join(this.#folder, "copy-"));
    await cp(join(this.#folder, "store"), copy, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      // What is removed while it is copied is not in the copy.
      if (error.code !== "ENOENT") throw error;
    });
    return copy;
  }

  /** Put a copy on its disk, after `kill`: all that came later is lost. Without a copy everything is. */
  async putStore(copy?: string): Promise<void> {
    const store = join(this.#folder, "store");
    await rm(store, { recursive: true, force: true });
    if (copy !== undefined) await cp(copy, store, { recursive: true });
  }

  /** Stop it, and let it continue. */
  pause(): void {
    this.#process?.kill("SIGSTOP");
  }
  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** End it and remove its folder. */
  async stop(): Promise<void> {
    await this.#end();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #end(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
}

/** A loopback port that is free now. */
export const freePort = async (): Promise<number> => (await freePorts(1))[0] ?? 0;

/** So many of them, each another. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
