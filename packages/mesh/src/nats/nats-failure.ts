import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { Status } from "nice-grpc-common";
import { MeshError } from "../errors.js";

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What `connect` rejects with. */
export const cannotConnect = (error: unknown, address: string): MeshError => {
  const cause = { cause: error };
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError) {
    const hint = "Give a credentials file that this server knows: nats://HOST:PORT?credentials=PATH.";
    return new MeshError(Status.UNAUTHENTICATED, `${address} does not let us in: ${reasonOf(error)}`, hint, cause);
  }
  const hint = "Is nats-server running there, and can it be reached from here?";
  return new MeshError(Status.UNAVAILABLE, `no NATS server answers at ${address}: ${reasonOf(error)}`, hint, cause);
};

/** Patience has ended. @param what was to be done */
export const unavailable = (what: string, address: string, error: unknown): MeshError =>
  new MeshError(
    Status.UNAVAILABLE,
    `${what}: NATS at ${address} does not answer (${reasonOf(error)})`,
    "Look at the servers with `nats server list` and at the stream with `nats stream info`; then do the same again, which is safe.",
    { cause: error },
  );

/** Storing failed, resources are short, storage is full, the message is too long. */
const full: readonly number[] = [10077, 10023, 10047, 10054];

/** What NATS says no to and will say no to again, as a MeshError; any other error as it is. @param what was to be done */
export const refused = (what: string, address: string, error: unknown): unknown => {
  if (error instanceof JetStreamApiError) {
    return new MeshError(
      full.includes(error.code) ? Status.RESOURCE_EXHAUSTED : Status.INTERNAL,
      `${what}: NATS at ${address} refuses (${error.message}, error ${error.code})`,
      "`nats stream info` and `nats account info` show what is used and what is allowed, the server's log what failed.",
      { cause: error },
    );
  }
  const denied = error instanceof Error ? error.cause : undefined;
  if (denied instanceof errors.PermissionViolationError) {
    const hint =
      "Let the user in the credentials file do that: see the permissions that bnas needs in the guide to NATS.";
    return new MeshError(Status.PERMISSION_DENIED, `${what}: ${denied.message}`, hint, { cause: error });
  }
  return error;
};
