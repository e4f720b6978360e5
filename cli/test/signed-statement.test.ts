import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { SIGNED_FILE, signFiles, verifyFiles } from "../src/outputs/signed-statement.js";
import { keyIdOf, readSigningKey, readVerifyingKey } from "../src/outputs/signing-key.js";

const root = mkdtempSync(join(tmpdir(), "bnas-signed-"));
afterAll(() => rmSync(root, { recursive: true }));

const own = generateKeyPairSync("ed25519");
const other = generateKeyPairSync("ed25519");
const privatePem = (key: KeyObject): string => String(key.export({ type: "pkcs8", format: "pem" }));
const publicPem = (key: KeyObject): string => String(key.export({ type: "spki", format: "pem" }));

const NAMES = ["genotype.json", "proof.json", "model/model.safetensors"];
let folder: string;
let facts: string;
beforeEach(async () => {
  folder = mkdtempSync(join(root, "run-"));
  facts = join(folder, "facts.jsonl");
  mkdirSync(join(folder, "model"));
  for (const name of NAMES) writeFileSync(join(folder, name), `the bytes of ${name}`);
  await signFiles(folder, NAMES, { search: "bnas-1", version: "1.2.3" }, own.privateKey);
});

const envelope = () => JSON.parse(readFileSync(join(folder, SIGNED_FILE), "utf8"));
const payload = () => JSON.parse(Buffer.from(envelope().payload, "base64").toString());
const replace = (change: object): void => {
  writeFileSync(join(folder, SIGNED_FILE), JSON.stringify({ ...envelope(), ...change }));
};
/** The same envelope with another statement, signed by a key in the way of DSSE. */
const resign = (statement: unknown, key: KeyObject, type = "application/vnd.in-toto+json"): void => {
  const bytes = Buffer.from(JSON.stringify(statement));
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${bytes.length} `), bytes]);
  const signatures = [{ keyid: keyIdOf(key), sig: sign(null, signed, key).toString("base64") }];
  replace({ payload: bytes.toString("base64"), signatures });
};
const verified = (key = own.publicKey) => verifyFiles(facts, key);

describe("signed results", () => {
  it("are those that the owner of the key signed, each file by its digest", async () => {
    expect(await verified()).toEqual({ names: NAMES });
  });

  it("are an in-toto statement of what was searched, with what", () => {
    expect(envelope().payloadType).toBe("application/vnd.in-toto+json");
    expect(envelope().signatures).toHaveLength(1);
    expect(envelope().signatures[0].keyid).toBe(keyIdOf(own.publicKey));
    const { _type, subject, predicateType, predicate } = payload();
    expect(_type).toBe("https://in-toto.io/Statement/v1");
    expect(predicateType).toBe("https://bnas.dev/search/v1");
    expect(predicate).toEqual({ search: "bnas-1", version: "1.2.3" });
    expect(subject.map(({ name }: { name: string }) => name)).toEqual(NAMES);
  });

  it("are the same when they are signed again", async () => {
    const before = readFileSync(join(folder, SIGNED_FILE), "utf8");
    await signFiles(folder, NAMES, { search: "bnas-1", version: "1.2.3" }, own.privateKey);
    expect(readFileSync(join(folder, SIGNED_FILE), "utf8")).toBe(before);
  });

  it.each(NAMES)("are not, when %s was changed, and it is named", async (name) => {
    writeFileSync(join(folder, name), "other bytes");
    expect(await verified()).toEqual({ wrong: expect.stringContaining(`${name} is not what was signed`) });
  });

  it("are not, when a signed file is gone, and it is named", async () => {
    rmSync(join(folder, "genotype.json"));
    expect(await verified()).toEqual({ wrong: expect.stringContaining("genotype.json was signed and is not there") });
  });

  it("are not those of another key", async () => {
    expect(await verified(other.publicKey)).toEqual({ wrong: expect.stringContaining(keyIdOf(other.publicKey)) });
  });

  it.each([
    ["another statement under the old signature", () => replace({ payload: Buffer.from("{}").toString("base64") })],
    ["another type of payload", () => replace({ payloadType: "text/plain" })],
    ["no signature", () => replace({ signatures: [] })],
    ["signatures of another shape", () => replace({ signatures: [null, 3, { sig: 4 }] })],
    ["text that is no envelope", () => writeFileSync(join(folder, SIGNED_FILE), "not json")],
    ["a list", () => writeFileSync(join(folder, SIGNED_FILE), "[]")],
    ["a statement of another kind", () => resign({ ...payload(), _type: "x" }, own.privateKey)],
    ["a subject without a digest", () => resign({ ...payload(), subject: [{ name: "proof.json" }] }, own.privateKey)],
    ["a signature of another type", () => resign(payload(), own.privateKey, "text/plain")],
  ])("are not, with %s", async (_, spoil) => {
    spoil();
    expect(await verified()).toEqual({ wrong: expect.stringContaining("no signature of this key") });
  });

  it("must name the proof of the facts", async () => {
    await signFiles(folder, ["genotype.json"], { search: "bnas-1", version: "1.2.3" }, own.privateKey);
    expect(await verified()).toEqual({ wrong: expect.stringContaining("does not name proof.json") });
  });

  it("name no file outside their folder, even where their key signed it", async () => {
    const subject = [...payload().subject, { name: "../../etc/passwd", digest: { sha256: "0".repeat(64) } }];
    resign({ ...payload(), subject }, own.privateKey);
    await expect(verified()).rejects.toThrow(/artifact\.name/);
  });

  it("are asked for where there are none: it says how results are signed", async () => {
    rmSync(join(folder, SIGNED_FILE));
    await expect(verified()).rejects.toThrow(/--verify.*--sign KEY/s);
  });
});

const fileOf = (text: string): string => {
  const path = join(mkdtempSync(join(root, "key-")), "key.pem");
  writeFileSync(path, text);
  return path;
};

describe("a key to sign or verify with", () => {
  it("is read from PEM; a private one verifies, too", async () => {
    expect(keyIdOf(await readSigningKey(fileOf(privatePem(own.privateKey))))).toBe(keyIdOf(own.publicKey));
    expect(keyIdOf(await readVerifyingKey(fileOf(publicPem(own.publicKey))))).toBe(keyIdOf(own.publicKey));
    expect(keyIdOf(await readVerifyingKey(fileOf(privatePem(own.privateKey))))).toBe(keyIdOf(own.publicKey));
  });

  it.each([
    ["rsa", generateKeyPairSync("rsa", { modulusLength: 1024 })],
    ["ec", generateKeyPairSync("ec", { namedCurve: "P-256" })],
    ["ed448", generateKeyPairSync("ed448")],
    ["x25519", generateKeyPairSync("x25519")],
  ])("is refused by its type when it is of %s", async (type, { privateKey, publicKey }) => {
    await expect(readSigningKey(fileOf(privatePem(privateKey)))).rejects.toThrow(
      new RegExp(`--sign.*the type ${type}`, "s"),
    );
    await expect(readVerifyingKey(fileOf(publicPem(publicKey)))).rejects.toThrow(
      new RegExp(`--verify.*the type ${type}`, "s"),
    );
  });

  it("is refused when it is none, when it is public where a private one is needed, and when it has a pass phrase", async () => {
    const locked = own.privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" });
    for (const text of ["", "no key", publicPem(own.publicKey), String(locked)]) {
      await expect(readSigningKey(fileOf(text))).rejects.toThrow("--sign");
    }
    await expect(readVerifyingKey(fileOf("no key"))).rejects.toThrow("--verify");
    await expect(readSigningKey(join(root, "nowhere"))).rejects.toThrow("--sign");
  });
});
