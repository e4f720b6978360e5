import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../nats/server.js";
import { versitygwBinary } from "./binary.js";

/** Servers end with the tests that started them, whatever ends those. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

const access = "bnas-test-key";
const secret = "bnas-test-secret-of-no-worth";

/** A versitygw on a loopback port: an S3 server whose buckets are folders and whose objects are files below its own folder. */
export class S3Server {
  readonly port: number;
  readonly #binary: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;
  #made = 0;

  private constructor(binary: string, folder: string, port: number) {
    this.#binary = binary;
    this.#folder = folder;
    this.port = port;
  }

  static async start(): Promise<S3Server> {
    const folder = await mkdtemp(join(tmpdir(), "bnas-s3-"));
    const server = new S3Server(await versitygwBinary(), folder, await freePort());
    await Promise.all([mkdir(server.#objects), mkdir(server.#users)]);
    await server.restart();
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What a process needs in its environment to be let in. */
  get environment(): Readonly<Record<string, string>> {
    return { AWS_ACCESS_KEY_ID: access, AWS_SECRET_ACCESS_KEY: secret, AWS_REGION: "us-east-1" };
  }

  /** A new, empty bucket. */
  async bucket(): Promise<string> {
    this.#made++;
    const name = `test-${this.#made}`;
    await mkdir(join(this.#objects, name));
    return name;
  }

  /** The address of a store: `s3://BUCKET/PREFIX?endpoint=...`. */
  uri(bucket: string, prefix = ""): string {
    return `s3://${bucket}/${prefix}?endpoint=${this.endpoint}&region=us-east-1&pathStyle=true`;
  }

  /** The file that holds an object. */
  path(bucket: string, key: string): string {
    return join(this.#objects, bucket, key);
  }

  /** Let an object be written an hour ago. */
  async age(bucket: string, key: string): Promise<void> {
    const then = new Date(Date.now() - 3_600_000);
    await utimes(this.path(bucket, key), then, then);
  }

  /** The keys of a known user who may do nothing. */
  async stranger(): Promise<Readonly<Record<string, string>>> {
    const [id, key] = ["stranger", "strangers-secret"];
    const admin = ["admin", "--access", access, "--secret", secret, "--endpoint-url", this.endpoint, "create-user"];
    await promisify(execFile)(this.#binary, [...admin, "--access", id, "--secret", key, "--role", "user"]);
    return { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, AWS_REGION: "us-east-1" };
  }

  /** Start again on the same port and folder, after `kill`. */
  async restart(): Promise<void> {
    const words = [
      "--access",
      access,
      "--secret",
      secret,
      "--port",
      `127.0.0.1:${this.port}`,
      "--keep-alive",
      "--quiet",
    ];
    const place = ["--iam-dir", this.#users, "--health", "/health", "posix", this.#objects];
    const child = spawn(this.#binary, [...words, ...place], { stdio: ["ignore", "ignore", "pipe"] });
    this.#process = child;
    running.add(child);
    let said = "";
    child.stderr?.on("data", (data) => {
      said += data;
    });
    const ended = once(child, "exit").then(() => {
      running.delete(child);
      return true;
    });
    while (!(await this.#answers())) {
      const over = await Promise.race([ended, new Promise<false>((resolve) => setTimeout(resolve, 20, false))]);
      if (over) throw new Error(`versitygw ended before it was ready:\n${said}`);
    }
  }

  /** As a power cut for the process. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
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
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    return fetch(`${this.endpoint}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  get #objects(): string {
    return join(this.#folder, "objects");
  }
  get #users(): string {
    return join(this.#folder, "users");
  }
}
