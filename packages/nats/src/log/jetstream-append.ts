import { type InvalidInput, invalidInput } from "@bnas/errors";
import {
  type Appended,
  isUnreadable,
  makesRoom,
  opensNewerSearch,
  type Quarantine,
  readMessage,
  subjectTaken,
} from "@bnas/log";
import type { Recorded } from "@bnas/search";
import type { Recorder } from "@bnas/telemetry";
import { errors, headers, type MsgHdrs } from "@nats-io/transport-node";
import { isFull, isSubjectTaken } from "../link/nats-errors.js";
import type { NatsLink } from "../link/nats-link.js";
import { lastMessage } from "../link/read-messages.js";
import { openReserve } from "../link/room.js";
import { writeFact } from "./jetstream-fact.js";

/** A client that writes what is no fact faster than we remove it has the subject. */
const MOST_REMOVALS = 3;

/** Others may take the reserve of facts that make room before us. */
const MOST_RESERVES = 10;

/**
 * Publish a fact on its subject and wait until it is safe. The stream refuses every second message on a subject, so nothing is
 * written twice however often it is sent. A Nats-Msg-Id is not needed; NATS would forget it after minutes.
 * What is no fact makes room for one, where this user may purge; rejects with SUBJECT_TAKEN otherwise.
 */
export const appendFact = async (
  link: NatsLink,
  { stream, quarantine }: { readonly stream: string; readonly quarantine: Quarantine },
  fact: Recorded,
): Promise<Appended> => {
  const { recorded, body } = writeFact(fact);
  const { subject } = recorded;
  /** An acknowledgement was lost: what holds the subject may be what we sent. */
  let unsure = false;
  let removals = 0;
  let reserves = 0;
  const trace = traceHeaders(link.recorder);
  return link.patiently(`append ${subject}`, async () => {
    try {
      const { seq } = await link.jetstream.publish(subject, body, trace === undefined ? {} : { headers: trace });
      link.saw({ subject, sequence: seq, data: Buffer.from(body) });
      return { stored: { ...recorded, sequence: seq }, duplicate: false };
    } catch (error) {
      if (isFull(error) && makesRoom(fact.fact.kind) && reserves++ < MOST_RESERVES) {
        if (await openReserve(link, stream)) throw new errors.TimeoutError({ cause: error });
      }
      if (error instanceof errors.InvalidArgumentError) throw tooLong(link, subject, body);
      const held = isSubjectTaken(error) ? await lastMessage(link, stream, subject) : undefined;
      if (held !== undefined) {
        const read = readMessage(held);
        if (!isUnreadable(read)) {
          const ours = unsure && Buffer.from(held.data).toString("utf8") === body;
          return { stored: read, duplicate: !ours };
        }
        quarantine.setAside(read);
        removals++;
        const isFree = removals <= MOST_REMOVALS && !opensNewerSearch(read) && (await quarantine.remove(read));
        if (!isFree) throw subjectTaken(read);
      }
      unsure = true;
      // What holds the subject is on its way to the disks of a majority: it is there, or gone, in a moment.
      throw isSubjectTaken(error) ? new errors.TimeoutError({ cause: error }) : error;
    }
  });
};

/** The trace that the append belongs to, for the worker of the job that the fact requests; undefined when nothing is recorded. */
const traceHeaders = (recorder: Recorder): MsgHdrs | undefined => {
  const entries = Object.entries(recorder.inject());
  if (entries.length === 0) return undefined;
  const carried = headers();
  for (const [name, value] of entries) carried.set(name, value);
  return carried;
};

const tooLong = (link: NatsLink, subject: string, body: string): InvalidInput =>
  invalidInput(
    subject,
    `${Buffer.byteLength(body)} bytes`,
    `at most ${link.connection.info?.max_payload} bytes`,
    "Raise `max_payload` of the NATS servers.",
  );
