import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../cli/bin/bnas.js", import.meta.url));

/** A free loopback port, to be given to one service for its whole life: it comes back where it was. */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** A process that is started again whenever it ends, as Kubernetes does it, until it is stopped. */
export class Supervised {
  #child;
  #stopped = false;
  starts = 0;
  log = "";

  constructor(name, command, args) {
    this.name = name;
    this.command = command;
    this.args = args;
    this.#start();
  }

  #start() {
    this.starts += 1;
    const child = spawn(this.command, this.args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    const keep = (data) => {
      this.log = (this.log + data).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("exit", () => {
      if (!this.#stopped && this.#child === child) setTimeout(() => this.#stopped || this.#start(), 100);
    });
  }

  signal(signal) {
    return this.#child.kill(signal);
  }

  async stop() {
    this.#stopped = true;
    const ended = new Promise((resolve) =>
      (this.#child.exitCode ?? this.#child.signalCode) !== null ? resolve() : this.#child.once("exit", resolve),
    );
    this.#child.kill("SIGCONT");
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
  }
}

/** `bnas serve SERVICE`, supervised. */
export const service = (name, args, label = name) =>
  new Supervised(label, process.execPath, [cli, "serve", name, ...args]);
