import { createHash, type KeyObject, sign, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isSha256 } from "@bnas/disk";
import { invalidInput } from "@bnas/errors";
import { artifactPath } from "./artifact-path.js";
import { writeWhole } from "./output-folder.js";
import { keyIdOf } from "./signing-key.js";

// Results that are signed: an in-toto statement (v1) in a DSSE envelope (v1.0.2), which public tools verify. Formats:
// in-toto/attestation, spec/v1; secure-systems-lab/dsse, envelope.md and protocol.md.

/** Beside the facts of a run: the envelope, in one line. */
export const SIGNED_FILE = "results.intoto.jsonl";

const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = "https://bnas.dev/search/v1";

/** What is signed of a search, beside the digests of its files. */
type Predicate = { readonly search: string; readonly version: string };

type Subject = { readonly name: string; readonly digest: { readonly sha256: string } };

/** Sign files of a folder, by their names in it: each by its SHA-256. Signed again with the same key, the envelope is the same. */
export const signFiles = async (
  folder: string,
  names: readonly string[],
  predicate: Predicate,
  key: KeyObject,
): Promise<void> => {
  const subject: Subject[] = [];
  for (const name of names) subject.push({ name, digest: { sha256: await sha256OfFile(join(folder, name)) } });
  const statement = { _type: STATEMENT_TYPE, subject, predicateType: PREDICATE_TYPE, predicate };
  const payload = Buffer.from(JSON.stringify(statement));
  const envelope = {
    payload: payload.toString("base64"),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid: keyIdOf(key), sig: sign(null, authenticated(payload), key).toString("base64") }],
  };
  await writeWhole(join(folder, SIGNED_FILE), `${JSON.stringify(envelope)}\n`);
};

/** What `--verify` found: the files whose digests are those that were signed, or what is wrong, for people. */
export type Verified = { readonly names: readonly string[] } | { readonly wrong: string };

/**
 * Whether the results beside a file of facts are those that the owner of a key signed. The proof must be among them, which names the line of
 * every fact. It rejects with InvalidInput where nothing was signed.
 */
export const verifyFiles = async (facts: string, key: KeyObject): Promise<Verified> => {
  const folder = dirname(facts);
  const path = join(folder, SIGNED_FILE);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) {
    const hint = "These results are not signed: bnas search and bnas train sign with --sign KEY.";
    throw invalidInput("--verify", folder, `a folder with ${SIGNED_FILE}`, hint);
  }
  const subjects = signedSubjects(text, key);
  if (subjects === undefined) {
    return { wrong: `${path} has no signature of this key (${keyIdOf(key)}) over what is in it` };
  }
  if (!subjects.some(({ name }) => name === "proof.json")) return { wrong: `${path} does not name proof.json` };
  for (const { name, digest } of subjects) {
    const found = await sha256OfFile(artifactPath(folder, name)).catch(() => undefined);
    if (found === undefined) return { wrong: `${join(folder, name)} was signed and is not there` };
    if (found !== digest.sha256) {
      return { wrong: `${join(folder, name)} is not what was signed: its SHA-256 is ${found}, not ${digest.sha256}` };
    }
  }
  return { names: subjects.map(({ name }) => name) };
};

/** The subjects of an envelope that this key signed; undefined for any other text. */
const signedSubjects = (text: string, key: KeyObject): readonly Subject[] | undefined => {
  const envelope = parsed(text) as Partial<Record<"payload" | "payloadType" | "signatures", unknown>> | undefined;
  const { payload, payloadType, signatures } = Object(envelope) as NonNullable<typeof envelope>;
  if (typeof payload !== "string" || payloadType !== PAYLOAD_TYPE || !Array.isArray(signatures)) return undefined;
  const bytes = Buffer.from(payload, "base64");
  const isSigned = signatures.some((one) => {
    const { sig } = Object(one) as { readonly sig?: unknown };
    return typeof sig === "string" && verify(null, authenticated(bytes), key, Buffer.from(sig, "base64"));
  });
  if (!isSigned) return undefined;
  const { _type, subject } = Object(parsed(bytes.toString())) as {
    readonly _type?: unknown;
    readonly subject?: unknown;
  };
  return _type === STATEMENT_TYPE && Array.isArray(subject) && subject.every(isSubject) ? subject : undefined;
};

const isSubject = (value: unknown): value is Subject => {
  const { name, digest } = Object(value) as Partial<Record<keyof Subject, unknown>>;
  return typeof name === "string" && isSha256(String((Object(digest) as { readonly sha256?: unknown }).sha256));
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What is signed: the payload with its type and both lengths, so that no other pair reads the same (DSSE's PAE). */
const authenticated = (payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `), payload]);

const sha256OfFile = async (path: string): Promise<string> =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
