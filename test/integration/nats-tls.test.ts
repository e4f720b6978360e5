import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { BnasError } from "@bnas/errors";
import type { FactLog } from "@bnas/log";
import { type NatsSettings, natsSecurity, openJetStream } from "@bnas/nats";
import { SearchServiceDefinition, SearchState } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { certificateMaker } from "../../packages/tls/test/certificates.js";
import { control } from "../nats/facts.js";
import { type MeshServer, startMeshServer } from "../nats/mesh-server.js";
import { NatsServer } from "../nats/server.js";
import { bnas, temporaryFolder, tinySpec } from "./bnas.js";
import { serve } from "./serve.js";

const folder = temporaryFolder();
const make = certificateMaker(folder);
const authority = make.authority("authority");
const other = make.authority("other");
const server = make.signed("server", authority, "localhost");
const client = make.signed("client", authority);
const stranger = make.signed("stranger", other);

let nats: MeshServer;
/** By the name in the certificate of the server. */
let named: string;
const put = (cert: { readonly cert: string; readonly key: string }, ca: string, into: string): void => {
  copyFileSync(cert.cert, join(into, "server.pem"));
  copyFileSync(cert.key, join(into, "server.key"));
  copyFileSync(ca, join(into, "ca.pem"));
};
beforeAll(async () => {
  nats = await startMeshServer("nats-tls.conf", (into) => put(server, authority.cert, into));
  named = `localhost:${nats.server.port}`;
});
afterAll(() => nats.server.stop());

const again = async (): Promise<void> => {
  await nats.server.kill();
  await nats.server.restart();
};

const opened: FactLog[] = [];
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
});
const open = async (settings: NatsSettings, address = named, patienceMs = 120_000): Promise<FactLog> => {
  const { log } = await openJetStream({ servers: [address], patienceMs, ...natsSecurity(settings) });
  opened.push(log);
  return log;
};
const mutual = () => ({
  natsCa: authority.cert,
  natsCert: client.cert,
  natsKey: client.key,
  natsCredentials: nats.credentials("admin"),
});

describe("NATS by mutual TLS, with deploy/nats/nats-tls.conf", () => {
  it("carries a whole mesh in one process, and a trainer of another, to the end of a search", async () => {
    const { natsCa, natsCert, natsKey } = mutual();
    const tls = ["--nats-ca", natsCa, "--nats-cert", natsCert, "--nats-key", natsKey];
    const as = (user: string) => ["--nats", `nats://${named}`, "--nats-credentials", nats.credentials(user), ...tls];
    const all = await serve("all", ...as("admin"), "--trainers", "2");
    const trainer = await serve("trainer", ...as("trainer"), "--dataset", all.addressOf("dataset"));
    const search = connect(SearchServiceDefinition, all.address);
    await search.client.createSearch({ searchId: "secret", spec: { ...tinySpec, parallel: 3 } });
    for await (const _ of search.client.watchSearch({ searchId: "secret" }));
    expect((await search.client.getSearch({ searchId: "secret" })).state).toBe(SearchState.SEARCH_STATE_FINISHED);
    search.close();
    for (const { process } of [trainer, all]) process.kill("SIGTERM");
    for (const { ended } of [trainer, all]) {
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(0);
      expect(stdout + stderr).not.toContain("PRIVATE");
    }
  });

  it("is not reached without a certificate, by one that a stranger signed, or by a client that trusts another", async () => {
    const { natsCredentials, natsCa } = mutual();
    const cases: readonly [NatsSettings, RegExp][] = [
      [{ natsCredentials, natsCa }, /give natsCert and natsKey/],
      [{ natsCredentials, natsCa, natsCert: stranger.cert, natsKey: stranger.key }, /does not take natsCert/],
      [{ ...mutual(), natsCa: other.cert }, /signed by no one in natsCa/],
      [{ natsCredentials }, /signed by no one in natsCa/],
    ];
    for (const [settings, says] of cases) {
      const refused = await open(settings).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "UNAVAILABLE" });
      const { message, hint } = refused as BnasError;
      expect(`${message} ${hint}`).toMatch(says);
    }
  });

  it("is not reached under a name that its certificate does not have", async () => {
    put(make.signed("elsewhere", authority, "elsewhere.example"), authority.cert, nats.folder);
    await again();
    await expect(open(mutual())).rejects.toThrow("is for another host");
    put(server, authority.cert, nats.folder);
    await again();
  });

  it("wants the password too", async () => {
    const { natsCredentials: _, ...withoutPassword } = mutual();
    await expect(open(withoutPassword)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("continues with certificates of another authority when those of all were replaced", async () => {
    const own = temporaryFolder();
    const paths = { natsCa: join(own, "ca"), natsCert: join(own, "cert"), natsKey: join(own, "key") };
    const copies = (ca: string, mine: typeof client) => {
      copyFileSync(ca, paths.natsCa);
      copyFileSync(mine.cert, paths.natsCert);
      copyFileSync(mine.key, paths.natsKey);
    };
    copies(authority.cert, client);
    const log = await open({ ...mutual(), ...paths });
    expect((await log.append(control(1))).duplicate).toBe(false);
    copies(other.cert, stranger);
    put(make.signed("server2", other, "localhost"), other.cert, nats.folder);
    await again();
    expect((await log.append(control(2))).duplicate).toBe(false);
    // A client with the old ones is refused now.
    await expect(open(mutual())).rejects.toThrow("signed by no one in natsCa");
    put(server, authority.cert, nats.folder);
    await again();
  });
});

describe("a service that is to speak TLS with NATS", () => {
  it("does not speak plain text to a server that offers no TLS", async () => {
    const plain = await NatsServer.start();
    const { natsCa } = mutual();
    await expect(open({ natsCa }, plain.address)).rejects.toThrow("the server does not speak TLS");
    await plain.stop();
  });

  it.each([
    ["a key without a certificate", ["--nats-key", client.key], /natsCert.*BNAS_NATS_CERT/],
    ["a file that is not there", ["--nats-credentials", join(folder, "gone")], /natsCredentials.*gone.*ENOENT/],
  ])("does not start with %s, and names the setting and the file", async (_, flags, message) => {
    const { code, stderr } = await bnas("serve", "trainer", "--nats", `nats://${named}`, "--dataset", "a:1", ...flags);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it("takes the same from the environment", async () => {
    process.env.BNAS_NATS_CA = join(folder, "nowhere");
    const { code, stderr } = await bnas("facts", "mine", "--log", `nats://${named}`);
    delete process.env.BNAS_NATS_CA;
    expect(code).toBe(2);
    expect(stderr).toMatch(/natsCa.*nowhere/);
  });
});
