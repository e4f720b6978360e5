/** Parameters of addresses whose values are shown: of any other, a value may be a password. */
const SHOWN = new Set(["stream", "bucket", "replicas", "lease", "credentials", "endpoint", "region", "pathStyle"]);

/**
 * An address as an error or a log may show it: without `user:password@`, and without the values of parameters that it does not know.
 * @example
 * ```ts
 * import { withoutSecrets } from "@bnas/errors";
 *
 * withoutSecrets("nats://me:secret@host:4222?stream=A&password=secret"); // => "nats://...@host:4222?stream=A&password=..."
 * ```
 */
export const withoutSecrets = (address: string): string =>
  address
    // To the last @: a password may have any character.
    .replace(/\/\/.*@/, "//...@")
    .replace(/([?&;])([^=&;#]*)=[^&;#]*/g, (shown, sign, name) => (SHOWN.has(name) ? shown : `${sign}${name}=...`))
    .replace(/#.*$/, "#...");

const CALLED_SECRET = /pass|pwd?$|secret|token|auth|user|(?:api|access)[-_]?key/i;

/** A value beside its name, as an error may show it: nothing of what is called a secret. */
export const withoutSecret = (name: string, value: unknown): unknown => {
  if (CALLED_SECRET.test(name) && !/file$/i.test(name)) return value === undefined ? value : "...";
  return typeof value === "string" && value.includes("://") ? withoutSecrets(value) : value;
};
