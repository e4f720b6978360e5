import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts, NatsServer } from "./server.js";

const deploy = fileURLToPath(new URL("../../deploy/nats/", import.meta.url));

/** A nats-server by the configuration that deploy/nats gives to operators, with passwords made by its own script. */
export type MeshServer = {
  readonly server: NatsServer;
  readonly address: string;
  /** Port of what it says of itself. */
  readonly monitor: number;
  /** The folder of its configuration. */
  readonly folder: string;
  /** The credentials file of a user: `trainer`, `pruner`, `evaluator`, `admin`. */
  credentials(user: string): string;
};

/** By the script of deploy/nats. @param folder that is not there yet */
export const makePasswords = (folder: string): void => {
  execFileSync("sh", [join(deploy, "make-passwords.sh"), folder], { stdio: ["ignore", "ignore", "pipe"] });
};

/** accounts.conf of deploy/nats, with passwords and limits in it. @param passwords what `makePasswords` wrote for nats-server */
export const accountsOf = (passwords: string): string =>
  readFileSync(join(deploy, "accounts.conf"), "utf8")
    .replace('include "passwords.conf"', () => passwords)
    .replace('include "limits.conf"', () => readFileSync(join(deploy, "limits.conf"), "utf8"));

/**
 * Start one. Only where it listens and where it keeps its streams is another place.
 * @param config of deploy/nats: `nats.conf` or `nats-tls.conf` @param prepare puts more files into its folder
 */
export async function startMeshServer(
  config = "nats.conf",
  prepare: (folder: string) => Promise<void> | void = () => {},
): Promise<MeshServer> {
  const folder = await mkdtemp(join(tmpdir(), "bnas-nats-"));
  const users = join(folder, "users");
  makePasswords(users);
  for (const file of ["nats-tls.conf", "accounts.conf", "limits.conf"])
    await cp(join(deploy, file), join(folder, file));
  const conf = await readFile(join(deploy, "nats.conf"), "utf8");
  await writeFile(join(folder, "nats.conf"), conf.replace('"/data"', JSON.stringify(join(folder, "store"))));
  await cp(join(users, "passwords.conf"), join(folder, "passwords.conf"));
  await prepare(folder);
  const [port = 0, http = 0] = await freePorts(2);
  const where = ["-a", "127.0.0.1", "-p", `${port}`, "-m", `${http}`];
  const server = await NatsServer.startIn(folder, port, ["-c", config, ...where]);
  return { server, address: server.address, monitor: http, folder, credentials: (user) => join(users, user) };
}
