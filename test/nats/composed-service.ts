import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { MeshServer } from "./mesh-server.js";

/** Environment of the services in deploy/compose. */
const composed: Readonly<Record<string, { readonly environment: Readonly<Record<string, string>> }>> = parse(
  readFileSync(new URL("../../deploy/compose/compose.yaml", import.meta.url), "utf8"),
  { merge: true },
).services;

/** A service as its container runs it, but on this machine: where things are is another place. */
export const composedService = async (service: string, nats: MeshServer, dataset?: string) => {
  const places: Readonly<Record<string, string | undefined>> = {
    BNAS_LISTEN: "127.0.0.1:0",
    BNAS_LOG: `nats://${nats.address}`,
    BNAS_STORE: `nats://${nats.address}`,
    BNAS_DATASET: dataset,
    // The data of this search are drawn.
    BNAS_DATA_ROOT: "none",
    BNAS_NATS_CREDENTIALS: nats.credentials(service),
  };
  const given = Object.entries(composed[service]?.environment ?? {});
  const env = Object.fromEntries(given.map(([name, value]) => [name, places[name] ?? value]));
  const main = fileURLToPath(new URL(`../../services/${service}/dist/main.js`, import.meta.url));
  const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  const ended = once(child, "close").then(([code]: unknown[]) => ({ code, said }));
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.on("data", (data) => {
      said += data;
      const [, listens] = /"address":"([^"]+)","event":"listening"/.exec(said) ?? [];
      if (listens !== undefined) resolve(listens);
    });
    ended.then(() => reject(new Error(`${service} ended: ${said}`)), reject);
  });
  return { address, stop: () => child.kill("SIGTERM"), ended };
};
