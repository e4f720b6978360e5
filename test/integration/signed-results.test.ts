import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { pythonWithEnvelopes } from "../consumers/python.js";
import { bnas, configFile, temporaryFolder } from "./bnas.js";

const { path: python = "", missing } = await pythonWithEnvelopes();

/** Verifies an envelope as its library does it, and prints what was signed. */
const VERIFY = `
import json, sys
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey
envelope = Envelope.from_dict(json.load(open(sys.argv[1])))
keyid = next(iter(envelope.signatures))
key = SSlibKey.from_crypto(load_pem_public_key(open(sys.argv[2], "rb").read()), keyid=keyid)
envelope.verify([key], 1)
print(envelope.payload.decode())
`;

const keyFile = (name: string, text: string | Buffer): string => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
};
const keys = () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    secret: keyFile("key", privateKey.export({ type: "pkcs8", format: "pem" })),
    shared: keyFile("key.pub", publicKey.export({ type: "spki", format: "pem" })),
  };
};

describe("results that are signed", () => {
  const own = keys();
  const folder = join(temporaryFolder(), "found");
  const facts = join(folder, "facts.jsonl");
  const envelope = join(folder, "results.intoto.jsonl");

  beforeAll(async () => {
    const config = configFile({ train: { seeds: 1, epochs: 1, batch: 20 } });
    const { code, stderr, stdout } = await bnas("search", "--config", config, "--out", folder, "--sign", own.secret);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/signed by the key [0-9a-f]{64}/);
  });

  it("are verified by their key, genotype, proof and model, and replayed", async () => {
    const { code, stderr, stdout } = await bnas("replay", facts, "--verify", own.shared);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /signed by the key .*genotype\.json, proof\.json, model\/config\.json, model\/model\.safetensors/,
    );
    expect(stdout).toContain(readFileSync(join(folder, "genotype.txt"), "utf8").trim());
  });

  it(`are verified by a tool that is not ours: securesystemslib${missing}`, async (test) => {
    test.skip(python === "");
    const { stdout } = await promisify(execFile)(python, ["-c", VERIFY, envelope, own.shared]);
    expect(JSON.parse(stdout).subject[0].name).toBe("genotype.json");
    const other = promisify(execFile)(python, ["-c", VERIFY, envelope, keys().shared]);
    await expect(other).rejects.toThrow(/VerificationError/);
  });

  it("are not those of another key, and say of whose key", async () => {
    const { code, stderr } = await bnas("replay", facts, "--verify", keys().shared);
    expect(code).toBe(4);
    expect(stderr).toContain("no signature of this key");
  });

  it("are not those that were signed, when the genotype or a fact was changed: it is named", async () => {
    const genotype = join(folder, "genotype.json");
    const [text, lines] = [readFileSync(genotype, "utf8"), readFileSync(facts, "utf8")];
    writeFileSync(genotype, text.replace("skip_connect", "none"));
    const changed = await bnas("replay", facts, "--verify", own.shared);
    writeFileSync(genotype, text);
    expect(changed.code).toBe(4);
    expect(changed.stderr).toContain("genotype.json is not what was signed");
    writeFileSync(facts, lines.replace(/"loss":[0-9.]+/, '"loss":0.125'));
    const edited = await bnas("replay", facts, "--verify", own.shared);
    writeFileSync(facts, lines);
    expect(edited.code).toBe(4);
    expect(edited.stderr).toMatch(/facts\.jsonl line \d+/);
  });
});

describe("a key that cannot sign", () => {
  it("is refused before anything is searched", async () => {
    const out = join(temporaryFolder(), "out");
    const { code, stderr } = await bnas("search", "--config", configFile(), "--out", out, "--sign", keys().shared);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--sign.*private Ed25519 key/s);
  });
});
