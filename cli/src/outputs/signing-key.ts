import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { LARGEST_FILE, readInputFile } from "@bnas/disk";
import { invalidInput } from "@bnas/errors";

/** The private key of `--sign`: Ed25519 in PEM, without a pass phrase. It rejects with InvalidInput that says nothing of what is in it. */
export const readSigningKey = (path: string): Promise<KeyObject> =>
  readKey(path, {
    field: "--sign",
    allowed: "a file with a private Ed25519 key in PEM",
    hint: "Make one by: openssl genpkey -algorithm ed25519 -out KEY",
    parse: createPrivateKey,
  });

/** The public key of `--verify`. A private key has its public one in it, and is taken, too. */
export const readVerifyingKey = (path: string): Promise<KeyObject> =>
  readKey(path, {
    field: "--verify",
    allowed: "a file with a public Ed25519 key in PEM",
    hint: "Who signed has it by: openssl pkey -in KEY -pubout -out KEY.pub",
    parse: createPublicKey,
  });

/** How a signature names its key: SHA-256 of the public key (SubjectPublicKeyInfo in DER), in hex. */
export const keyIdOf = (key: KeyObject): string => {
  const shared = key.type === "private" ? createPublicKey(key) : key;
  return createHash("sha256")
    .update(shared.export({ type: "spki", format: "der" }))
    .digest("hex");
};

type KeyKind = {
  readonly field: string;
  readonly allowed: string;
  readonly hint: string;
  readonly parse: (bytes: Buffer) => KeyObject;
};

const readKey = async (path: string, { field, allowed, hint, parse }: KeyKind): Promise<KeyObject> => {
  const bytes = await readInputFile(path, { field, allowed, hint, mostBytes: LARGEST_FILE.secret });
  let key: KeyObject;
  try {
    key = parse(bytes);
  } catch {
    // OpenSSL's own message does not help, and may quote the file.
    throw invalidInput(field, path, allowed, `It is none, or it has a pass phrase. ${hint}`);
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  throw invalidInput(field, path, allowed, `It is a key of the type ${key.asymmetricKeyType}. ${hint}`);
};
