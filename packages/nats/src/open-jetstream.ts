import { defaultRetryPolicy, type Jobs, type RetryPolicy } from "@bnas/jobs";
import type { Lead } from "@bnas/lead";
import { type FactLog, Quarantine } from "@bnas/log";
import { JetStreamJobs } from "./jobs/jetstream-jobs.js";
import { JetStreamLead } from "./lead/jetstream-lead.js";
import { DEFAULT_LEAD_MS } from "./lead/jetstream-leader.js";
import { NatsLink } from "./link/nats-link.js";
import type { NatsOptions } from "./link/nats-options.js";
import { SharedLink } from "./link/shared-link.js";
import { openFactStream } from "./log/fact-stream.js";
import { JetStreamLog } from "./log/jetstream-log.js";
import { jetStreamRemoval } from "./log/jetstream-removal.js";

const DEFAULT_LEASE_MS = 30_000;

/** Where the facts are on NATS, and how jobs and lead behave there. */
export type JetStreamOptions = NatsOptions & {
  /** Name of the stream; `BNAS` when it is left out. */
  readonly stream?: string | undefined;
  /** How many servers keep a copy, when the stream is made; if it exists and has another number, that is logged. */
  readonly replicas?: number | undefined;
  readonly policy?: RetryPolicy;
  /** How long a worker that says nothing keeps its job, in milliseconds (ack_wait). */
  readonly leaseMs?: number;
  /** How long a process that says nothing keeps the lead, in milliseconds. */
  readonly leadMs?: number;
};

/**
 * A log with its jobs and its lead, and what they have set aside. Closing the log ends all three, and the connection that they share.
 */
export type JetStream = {
  readonly log: FactLog;
  readonly jobs: Jobs;
  readonly lead: Lead;
  readonly quarantine: Quarantine;
};

/**
 * Connect, and make the stream where there is none. Rejects with UNAVAILABLE or FAILED_PRECONDITION where NATS or JetStream is
 * missing, and with InvalidInput for a stream with changed settings, with which it would lose or double facts.
 */
export const openJetStream = async (options: JetStreamOptions): Promise<JetStream> => {
  const {
    stream = "BNAS",
    policy = defaultRetryPolicy,
    leaseMs = DEFAULT_LEASE_MS,
    leadMs = DEFAULT_LEAD_MS,
  } = options;
  const link = await NatsLink.open(options);
  try {
    await openFactStream(link, { stream, replicas: options.replicas });
  } catch (error) {
    await link.close();
    throw error;
  }
  const shared = new SharedLink(link);
  const { logger, recorder } = link;
  const removal = jetStreamRemoval(link, stream);
  const quarantine = new Quarantine({ place: `NATS stream ${stream}`, logger, recorder, removal });
  return {
    quarantine,
    log: new JetStreamLog(shared, stream, quarantine),
    jobs: new JetStreamJobs(shared, { stream, policy, leaseMs, quarantine }),
    lead: new JetStreamLead(shared, { stream, leadMs }),
  };
};
