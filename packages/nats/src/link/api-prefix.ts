import type { NatsConnection } from "@nats-io/transport-node";
import { denialIn } from "./denials.js";

/** Where JetStream answers in the account that has it. */
const OWN_API = "$JS.API";

/**
 * Where it answers in the accounts of deploy/nats/accounts.conf, which have none and import what they may ask of it. (Under
 * `$JS.API` every account hears, from a server with JetStream, that it has none itself.)
 */
export const IMPORTED_API = "bnas.api";

/** Under which subjects JetStream answers this user. */
export const apiPrefixFor = async (connection: NatsConnection, timeoutMs: number): Promise<string> => {
  const isDenied = async (subject: string): Promise<boolean> => {
    try {
      await connection.request(subject, "", { timeout: timeoutMs });
      return false;
    } catch (error) {
      // No answer is no denial: JetStream may just start.
      return denialIn(error) !== undefined;
    }
  };
  return (await isDenied(`${OWN_API}.INFO`)) && !(await isDenied(`${IMPORTED_API}.INFO`)) ? IMPORTED_API : OWN_API;
};
