import { type BnasError, fault, messageOf, noRoom, text } from "@bnas/errors";
import { type TlsFault, tlsFaultIn, tlsFaultMessage } from "@bnas/tls";
import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { denialIn } from "./denials.js";
import { isFull, isOutOfConsumers, STREAM_NOT_FOUND } from "./nats-errors.js";
import type { NatsOptions } from "./nats-options.js";

/** `nats://HOST:PORT,...` for errors. */
export const addressOf = ({ servers }: Pick<NatsOptions, "servers">): string => `nats://${servers.join(",")}`;

/** What to do about each fault of TLS. */
const tlsHints: Readonly<Record<TlsFault, string>> = {
  "plain server": "Give the server a `tls` block, or leave natsCa, natsCert and natsKey out to speak plain text.",
  "unknown signer": "Give in natsCa the certificate of who signed the server's.",
  "other host": "Name the server as its certificate does, or sign one with that name.",
  "not valid now": "Renew it, and tell the server by `nats-server --signal reload`.",
  "client refused": "Give natsCert and natsKey, signed by someone whom the `ca_file` of the server has.",
};

/** Whether a failed connection may succeed later, because no server answers yet. A refusal is final. */
export const mayComeAbout = (error: unknown): boolean =>
  !(error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError) &&
  tlsFaultIn(messageOf(error)) === undefined;

/** What `connect` rejects with. */
export const cannotConnect = (error: unknown, options: NatsOptions): BnasError => {
  const cause = { cause: error };
  const address = addressOf(options);
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError) {
    const hint =
      "Give in natsCredentials (or nats://HOST:PORT?credentials=PATH) a file of a user that this server knows.";
    return fault("UNAUTHENTICATED", `${address} does not let us in: ${messageOf(error)}`, hint, cause);
  }
  const known = tlsFaultIn(messageOf(error));
  if (known !== undefined) {
    return fault("UNAVAILABLE", text`NATS at ${address}: ${tlsFaultMessage(known, "natsCa")}`, tlsHints[known], cause);
  }
  const isRunning = "Is nats-server running there, and can it be reached from here?";
  // With TLS 1.3 a server refuses a client when the client is connected already; the client does not learn why.
  const wantsCertificate =
    options.tls?.certFile === undefined
      ? "One that wants a certificate of its clients says nothing to those without: then give natsCert and natsKey."
      : "One that does not take natsCert says nothing: is it signed by someone whom the `ca_file` of the server has?";
  const hint = error instanceof errors.TimeoutError ? `${isRunning} ${wantsCertificate}` : isRunning;
  return fault("UNAVAILABLE", `no NATS server answers at ${address}: ${messageOf(error)}`, hint, cause);
};

/** Patience has ended. @param what was to be done */
export const natsUnavailable = (what: string, address: string, error: unknown): BnasError =>
  fault(
    "UNAVAILABLE",
    `${what}: NATS at ${address} does not answer (${messageOf(error)})`,
    "Look at the servers with `nats server list` and at the stream with `nats stream info`; then do the same again, which is safe.",
    { cause: error },
  );

/** @param what was to be done, or could be @param seen how that is known */
export const natsFull = (what: string, address: string, seen: string, options?: ErrorOptions): BnasError<"NO_ROOM"> =>
  noRoom(`${what}: NATS at ${address} is full (${seen})`, FULL_HINT, options);

const FULL_HINT =
  "`bnas delete` and `bnas gc` work and make room; or raise `nats.store` (docs/limits.md). A server whose disk was full is started again after that.";
const MESSAGE_TOO_LONG = 10054;

/** What NATS says no to and will say no to again, as an error of ours; any other error as it is. @param what was to be done */
export const refusedByNats = (what: string, address: string, error: unknown): unknown => {
  if (error instanceof JetStreamApiError) {
    if (isOutOfConsumers(error)) {
      return noRoom(
        `${what}: the stream on NATS at ${address} has no consumer left (${error.message}, error ${error.code})`,
        "`nats consumer ls` shows who has them: remove those that no process uses, or raise `nats.consumers` (docs/limits.md).",
        { cause: error },
      );
    }
    if (isFull(error)) {
      return natsFull(what, address, `${error.message}, error ${error.code}`, { cause: error });
    }
    if (error.code === STREAM_NOT_FOUND) {
      return fault(
        "UNAVAILABLE",
        `${what}: NATS at ${address} no longer has the stream (error ${error.code}): it was removed, or its data are lost`,
        "`nats stream ls` shows what is left. Start the services again: they make it, and compute lost blobs again; facts that are lost are not (docs/operations.md).",
        { cause: error },
      );
    }
    return fault(
      error.code === MESSAGE_TOO_LONG ? "RESOURCE_EXHAUSTED" : "INTERNAL",
      `${what}: NATS at ${address} refuses (${error.message}, error ${error.code})`,
      "`nats stream info` and `nats account info` show what is used and what is allowed, the server's log what failed.",
      { cause: error },
    );
  }
  const denied = denialIn(error);
  return denied === undefined ? error : deniedAs(what, denied);
};

/** A right that the user of the credentials lacks. @param what was to be done */
export const deniedAs = (what: string, denied: Error): BnasError =>
  fault(
    "PERMISSION_DENIED",
    `${what}: ${denied.message}`,
    "This user of NATS has no right to that. Give natsCredentials of the right user; docs/security.md says what each may do.",
    { cause: denied },
  );
