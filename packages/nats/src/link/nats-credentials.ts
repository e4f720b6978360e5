import { LARGEST_FILE, readInputFileSync } from "@bnas/disk";
import { type InvalidInput, invalidInput } from "@bnas/errors";
import { type Auth, type Authenticator, credsAuthenticator } from "@nats-io/transport-node";

/**
 * Who we are to NATS, from a file: a `.creds` file as the tools of NATS make it, or one line `user password`. The file is read
 * again at each connection; while it cannot be used, what it said before stays.
 * @throws InvalidInput that names the file, and says nothing of what is in it
 */
export const credentialsIn = (path: string): Authenticator => {
  let known = authenticatorIn(path);
  return (nonce?: string): Auth => {
    try {
      known = authenticatorIn(path);
    } catch {
      // The file is about to be replaced.
    }
    return known(nonce);
  };
};

const authenticatorIn = (path: string): Authenticator => {
  const bytes = read(path);
  const text = bytes.toString("utf8");
  if (text.includes("-----BEGIN")) return credsIn(bytes, path);
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const [user, pass, ...rest] = lines[0]?.split(/\s+/) ?? [];
  if (user !== undefined && pass !== undefined && rest.length === 0 && lines.length === 1)
    return () => ({ user, pass });
  throw wrong(path, "Its one line is a name of deploy/nats/accounts.conf and the password of that user.");
};

const credsIn = (bytes: Buffer, path: string): Authenticator => {
  const authenticator = credsAuthenticator(bytes);
  try {
    authenticator("tried");
  } catch {
    throw wrong(path, "`nsc generate creds` writes one.");
  }
  return authenticator;
};

const read = (path: string): Buffer =>
  readInputFileSync(path, {
    field: "natsCredentials",
    allowed: ALLOWED,
    hint: "Check the path and its permissions.",
    mostBytes: LARGEST_FILE.secret,
  });

const ALLOWED = "a .creds file, or a file with one line `user password`";

const wrong = (path: string, hint: string): InvalidInput => invalidInput("natsCredentials", path, ALLOWED, hint);
