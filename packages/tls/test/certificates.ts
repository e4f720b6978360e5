import { execFileSync } from "node:child_process";
import { join } from "node:path";

export type Certificate = { readonly cert: string; readonly key: string };

/** Certificates as files in a folder, made by `openssl` (3 or newer) as an operator makes them. */
export const certificateMaker = (folder: string) => {
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  const make = (name: string, ...args: string[]): Certificate => {
    const made = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", made.key];
    openssl("req", "-x509", ...newKey, "-out", made.cert, "-days", "2", "-subj", `/CN=${name}`, ...args);
    return made;
  };
  return {
    /** Signs others. */
    authority: (name: string): Certificate => make(name),
    /** @param host what the certificate stands for; a client's needs none */
    signed: (name: string, by: Certificate, host?: string): Certificate =>
      make(
        name,
        ...["-CA", by.cert, "-CAkey", by.key, "-addext", "basicConstraints=critical,CA:FALSE"],
        ...(host === undefined ? [] : ["-addext", `subjectAltName=DNS:${host}`]),
      ),
    /** A key with a pass phrase. */
    locked(name: string): string {
      const path = join(folder, `${name}.key`);
      openssl(
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-aes256",
        "-pass",
        "pass:secret",
        "-out",
        path,
      );
      return path;
    },
  };
};
