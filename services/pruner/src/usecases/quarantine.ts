import { fault, invalidInput, method, text } from "@bnas/errors";
import type { DropQuarantinedRequest, ListQuarantinedRequest, ListQuarantinedResponse } from "@bnas/proto";
import { parseSearchId, searchOfPattern } from "@bnas/search";
import type { Logger } from "@bnas/telemetry";
import type { Searches } from "../deciding/searches.js";

/** What this service has set aside since it started, of all searches or of one. @throws InvalidInput for an id that cannot be one */
export const listQuarantined = (
  { searchId }: ListQuarantinedRequest,
  { aside: { quarantine } }: Pick<Searches, "aside">,
): ListQuarantinedResponse => {
  const wanted = searchId === "" ? undefined : parseSearchId(searchId);
  return {
    messages: quarantine
      .list()
      .filter(({ subject }) => wanted === undefined || searchOfPattern(subject) === wanted)
      .map((one) => ({ ...one })),
    count: quarantine.count(wanted),
  };
};

/**
 * Remove a message that was set aside from the log. What waited for it to go continues.
 * @throws NOT_FOUND for another sequence, PERMISSION_DENIED where this service may not purge the log, FAILED_PRECONDITION for a fact of a
 * newer version that is not named as such
 */
export const dropQuarantined = async (
  { sequence, newerVersion }: DropQuarantinedRequest,
  { searches: { aside }, logger }: { readonly searches: Pick<Searches, "aside">; readonly logger: Logger },
): Promise<void> => {
  if (sequence === 0)
    throw invalidInput("sequence", sequence, "a sequence of ListQuarantined", "It is a number from 1.");
  const one = aside.quarantine.list().find((other) => other.sequence === sequence);
  if (one === undefined) {
    const hint = text`${method("ListQuarantined")} gives those that can be dropped. Of more than 1000 it does not keep all: \`bnas quarantine drop --log\` looks through the log itself.`;
    throw fault("NOT_FOUND", `message ${sequence} was not set aside by this service since it started`, hint);
  }
  if (one.reason === "newer-version" && !newerVersion) {
    throw fault(
      "FAILED_PRECONDITION",
      `message ${sequence} on ${one.subject} is a fact of a newer version of bnas, which its services need`,
      "If no service of that version runs any more, say so: `bnas quarantine drop --newer-version`.",
    );
  }
  if (!one.removed && !(await aside.quarantine.remove(one))) {
    throw fault(
      "PERMISSION_DENIED",
      `message ${sequence} on ${one.subject} cannot be removed: this service may not purge the log, or the log is a file, which keeps every line`,
      "On NATS give the credentials of the administrator: `bnas quarantine drop --log nats://HOST:PORT --nats-credentials FILE`.",
    );
  }
  aside.dropped(one);
  logger.warn({ subject: one.subject, sequence, reason: one.reason }, "dropped what was set aside");
};
