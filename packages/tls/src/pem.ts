import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { LARGEST_FILE, readInputFileSync } from "@bnas/disk";
import { invalidInput } from "@bnas/errors";

/** A file of PEM as it was read, under the name of the setting that gave its path. */
export type PemFile = { readonly setting: string; readonly path: string; readonly bytes: Buffer };

/** Read a file of PEM. @throws InvalidInput that names the setting and the file */
export const readPem = (setting: string, path: string): PemFile => {
  const allowed = "a file that this process may read";
  const hint = "Check the path and its permissions.";
  return {
    setting,
    path,
    bytes: readInputFileSync(path, { field: setting, allowed, hint, mostBytes: LARGEST_FILE.secret }),
  };
};

const BLOCKS = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in a file, the first of them the owner's or a root. @throws InvalidInput that names the file */
export const certificatesIn = ({ setting, path, bytes }: PemFile): readonly X509Certificate[] => {
  const found = bytes.toString("latin1").match(BLOCKS) ?? [];
  try {
    if (found.length > 0) return found.map((block) => new X509Certificate(block));
  } catch {
    // OpenSSL's own message does not help.
  }
  throw invalidInput(setting, path, "a file with a certificate in PEM", "It begins -----BEGIN CERTIFICATE-----.");
};

/** The private key of a certificate. @throws InvalidInput that names the file, and says nothing of what is in it */
export const privateKeyOf = (certificate: X509Certificate, { setting, path, bytes }: PemFile): KeyObject => {
  const key = privateKeyIn(bytes);
  if (key === undefined) {
    const hint = "It begins -----BEGIN PRIVATE KEY-----; a key with a pass phrase cannot be used.";
    throw invalidInput(setting, path, "a file with a private key in PEM", hint);
  }
  if (certificate.checkPrivateKey(key)) return key;
  const owner = certificate.subject.replaceAll("\n", ", ") || "without a subject";
  throw invalidInput(setting, path, `the key of the certificate ${owner}`, "Give a certificate and its own key.");
};

const privateKeyIn = (bytes: Buffer): KeyObject | undefined => {
  try {
    return createPrivateKey(bytes);
  } catch {
    return undefined;
  }
};
