import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "@bnas/testing/contracts";
import { nkeys } from "@nats-io/transport-node";
import { describe, expect, it } from "vitest";
import { certificateMaker } from "../../tls/test/certificates.js";
import { credentialsIn } from "../src/link/nats-credentials.js";
import { type NatsSettings, natsSecurity } from "../src/link/nats-settings.js";
import { openJetStream } from "../src/open-jetstream.js";

const folder = await temporaryFolder().path(".");
const make = certificateMaker(folder);
const authority = make.authority("authority");
const own = make.signed("own", authority);
const other = make.signed("other", authority);
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const password = "a-long-and-secret-password";
const user = file("user", `# who we are\n\ntrainer ${password}\n`);

/** No server listens there: the fault is found before a server is called. */
const opening = (settings: NatsSettings) => openJetStream({ servers: ["127.0.0.1:1"], ...natsSecurity(settings) });

describe("the settings of NATS", () => {
  it("are nothing when none is given", () => {
    expect(natsSecurity({})).toEqual({});
  });

  it("say how to reach NATS", () => {
    const settings = { natsCa: authority.cert, natsCert: own.cert, natsKey: own.key, natsCredentials: user };
    expect(natsSecurity(settings)).toEqual({
      tls: { caFile: authority.cert, certFile: own.cert, keyFile: own.key },
      credentialsFile: user,
    });
  });

  it.each<[string, () => NatsSettings, string]>([
    ["a key without a certificate", () => ({ natsKey: own.key }), "natsCert"],
    ["a certificate without a key", () => ({ natsCert: own.cert }), "natsKey"],
  ])("are refused with %s, by what is missing and how to set it", (_, settings, missing) => {
    expect(() => natsSecurity(settings())).toThrow(missing);
    expect(() => natsSecurity(settings())).toThrow(/Set BNAS_NATS_\w+ in the environment, or --nats-\w+ on the/);
  });

  const secret = "words that no one should read";
  it.each<[string, NatsSettings, string, string]>([
    ["a file that is not there", { natsCa: "/nowhere.pem" }, "natsCa", "/nowhere.pem"],
    ["authorities that are none", { natsCa: user }, "natsCa", user],
    ["a certificate that is none", { natsCert: user, natsKey: own.key }, "natsCert", user],
    ["a key that is none", { natsCert: own.cert, natsKey: user }, "natsKey", user],
    ["the key of another", { natsCert: own.cert, natsKey: other.key }, "natsKey", other.key],
    ["a key with a pass phrase", { natsCert: own.cert, natsKey: make.locked("locked") }, "natsKey", "locked.key"],
    ["credentials that are not there", { natsCredentials: "/nowhere" }, "natsCredentials", "/nowhere"],
    ["credentials of a folder", { natsCredentials: folder }, "natsCredentials", "is a folder"],
    ["no word of credentials", { natsCredentials: file("empty", "# none\n") }, "natsCredentials", "empty"],
    ["too many words", { natsCredentials: file("words", secret) }, "natsCredentials", "words"],
    ["a user alone", { natsCredentials: file("alone", "trainer\n") }, "natsCredentials", "alone"],
    ["two users", { natsCredentials: file("two", "a b\nc d\n") }, "natsCredentials", "two"],
    ["a .creds file that is none", { natsCredentials: authority.cert }, "natsCredentials", authority.cert],
  ])("are refused with %s, before NATS is called, by the setting and the file", async (_, settings, setting, path) => {
    const refused = await opening(settings).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "INVALID_INPUT", field: setting });
    expect(String(refused)).toContain(path);
    for (const text of [password, secret, "PRIVATE KEY-----\n"]) expect(String(refused)).not.toContain(text);
  });
});

describe("credentials in a file", () => {
  it("are a line with a user and a password", () => {
    expect(credentialsIn(user)("nonce")).toEqual({ user: "trainer", pass: password });
  });

  it("are a .creds file as the tools of NATS write it", () => {
    const pair = nkeys.createUser();
    const seed = new TextDecoder().decode(pair.getSeed());
    const creds = file(
      "some.creds",
      `-----BEGIN NATS USER JWT-----\nthe.jwt.itself\n------END NATS USER JWT------\n\n` +
        `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
    );
    const said = credentialsIn(creds)("nonce");
    expect(said).toMatchObject({ jwt: "the.jwt.itself", nkey: pair.getPublicKey() });
    expect(JSON.stringify(said)).not.toContain(seed);
  });

  it("are read again at each connection, and stay as they were while the file cannot be used", () => {
    const path = file("changing", "a first\n");
    const credentials = credentialsIn(path);
    expect(credentials()).toEqual({ user: "a", pass: "first" });
    writeFileSync(path, "");
    expect(credentials()).toEqual({ user: "a", pass: "first" });
    writeFileSync(path, "a second\n");
    expect(credentials()).toEqual({ user: "a", pass: "second" });
    copyFileSync(user, path);
    expect(credentials()).toEqual({ user: "trainer", pass: password });
    expect(readFileSync(path, "utf8")).toContain(password);
  });
});
