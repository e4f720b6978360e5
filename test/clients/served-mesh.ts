import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { started, temporaryFolder } from "../integration/bnas.js";

const SERVICES = {
  dataset: "DatasetService",
  trainer: "TrainerService",
  evaluator: "EvaluatorService",
  pruner: "SearchService",
} as const;

/** `bnas serve all`, a process of its own. */
export type ServedMesh = {
  /** host:port of a service by its name in the API: `SearchService`. */
  address(service: string): string;
  /** facts.jsonl and the folder of the blobs. */
  readonly log: string;
  readonly blobs: string;
  readonly process: ChildProcess;
  /** What it has said on standard error. */
  said(): string;
  /** Stop it by SIGTERM: its exit code. */
  stop(): Promise<number | null>;
};

/** The names of the services in the API. */
export const services: readonly string[] = Object.values(SERVICES);

export const serveMesh = async (): Promise<ServedMesh> => {
  const folder = temporaryFolder();
  const [log, blobs] = [join(folder, "facts.jsonl"), join(folder, "blobs")];
  const { process: child, ended } = started("serve", "all", "--log", `file:${log}`, "--store", `dir:${blobs}`);
  let stderr = "";
  child.stderr?.on("data", (data) => {
    stderr += data;
  });
  const addresses = new Map<string, string>();
  await new Promise<void>((resolve, reject) => {
    let stdout = "";
    child.stdout?.on("data", (data) => {
      stdout += data;
      for (const [, name, address] of stdout.matchAll(/^(\w+) listens on (\S+)\n/gm)) {
        for (const [known, service] of Object.entries(SERVICES)) {
          if (known === name && address !== undefined) addresses.set(service, address);
        }
      }
      if (addresses.size === services.length) resolve();
    });
    ended.then(({ code }) => reject(new Error(`bnas serve all ended with ${code}: ${stderr}`)), reject);
  });
  return {
    address: (service) => addresses.get(service) ?? "",
    log,
    blobs,
    process: child,
    said: () => stderr,
    async stop() {
      child.kill("SIGTERM");
      return (await ended).code;
    },
  };
};
