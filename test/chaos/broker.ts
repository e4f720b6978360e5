import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { natsServerBinary } from "../nats/binary.js";
import { freePort } from "./free-port.js";
import type { Host } from "./network.js";
import { Supervised } from "./supervised.js";

/** A real nats-server that is started again on the same port and folder whenever it ends. */
export type Broker = { readonly process: Supervised; readonly url: string };

/** Start it. @param host where it runs; here when it is left out @param folder for its configuration @param disk for its store */
export const startBroker = async (host: Host | undefined, folder: string, disk: string): Promise<Broker> => {
  const address = host?.address ?? "127.0.0.1";
  const port = host === undefined ? await freePort(address) : 4222;
  const config = join(folder, "nats.conf");
  // As docs/operations.md has it for production: on the disk before it is acknowledged.
  writeFileSync(
    config,
    `listen: "${address}:${port}"\njetstream { store_dir: ${JSON.stringify(disk)}, sync_interval: always }\n`,
  );
  const command = [await natsServerBinary(), "-c", config];
  const process = new Supervised("nats-server", host?.within(command) ?? command);
  await untilItListens(address, port);
  return { process, url: `nats://${address}:${port}` };
};

const untilItListens = async (host: string, port: number): Promise<void> => {
  for (let tries = 0; tries < 100; tries++) {
    const listens = await new Promise<boolean>((resolve) => {
      const socket = connect({ host, port });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("close", () => {});
      socket.on("data", () => socket.destroy());
    });
    if (listens) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no nats-server listens at ${host}:${port} after ten seconds`);
};
