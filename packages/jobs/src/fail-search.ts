import { isBnasError, messageOf } from "@bnas/errors";
import type { FactLog, Stored } from "@bnas/log";
import { record, searchIdOf, type Writer } from "@bnas/search";
import type { Logger } from "@bnas/telemetry";

/** A job that cannot be done ends its search: say why and what to do, as a fact. */
export const failSearch = async (
  mesh: { readonly log: FactLog; readonly clock: () => Date; readonly logger: Logger },
  writer: Writer,
  stored: Stored,
  error: unknown,
): Promise<void> => {
  const searchId = searchIdOf(stored.subject);
  mesh.logger.error({ search: searchId, subject: stored.subject, err: error }, "the job cannot be done");
  const known = isBnasError(error) ? error.hint : "";
  const message = messageOf(error);
  // The message of an error about a value ends in its hint, which has a field of its own here.
  const said =
    known !== "" && message.endsWith(known) ? message.slice(0, -known.length).replace(/[.\s]+$/, "") : message;
  const reason = `${stored.subject}: ${said}`;
  const hint = known === "" ? `see the log of the ${writer}; fix the cause and search again` : known;
  await mesh.log.append(record(searchId, { kind: "search.failed", reason, hint }, writer, mesh.clock().toISOString()));
};
