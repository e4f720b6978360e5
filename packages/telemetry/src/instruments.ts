/** The metrics of a mesh, by OpenTelemetry's rules for names and units. docs/telemetry.md explains them to operators. */
export const counters = {
  "bnas.jobs": {
    unit: "{job}",
    description: "Jobs that ended: done, stopped (given back or not wanted any more) or failed",
  },
  "bnas.images": { unit: "{image}", description: "Images of jobs that are done" },
  "bnas.facts": { unit: "{fact}", description: "Facts appended to the log; duplicates are counted apart" },
  "bnas.facts.quarantined": {
    unit: "{message}",
    description: "Messages of the log that are no facts for this process and were set aside, each once",
  },
  "bnas.limits": {
    unit: "{time}",
    description:
      "Times that a limit of calls or connections, or a quota of an owner, was reached (docs/limits.md, docs/quotas.md)",
  },
  "bnas.waits": {
    unit: "{time}",
    description: "Times that a pruner could append nothing and waits, by reason: NO_ROOM where the log is full",
  },
  "bnas.retries": { unit: "{retry}", description: "Jobs and calls that met a fault that may pass" },
} as const;

/** Upper bounds of the buckets. A job takes milliseconds in a test and most of an hour for an epoch of ImageNet. */
const jobSeconds = [0.1, 0.3, 1, 3, 10, 30, 60, 180, 600, 1800, 3600, 7200];
const stepSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** As the conventions for rpc.server.call.duration give them. */
const callSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export const histograms = {
  "bnas.job.duration": { unit: "s", description: "Time of one try of a job", bounds: jobSeconds },
  "bnas.step.duration": {
    unit: "s",
    description: "Time from one training step to the next, data included",
    bounds: stepSeconds,
  },
  "bnas.reconcile.duration": {
    unit: "s",
    description: "Time of one look of the operator at an ArchitectureSearch, with all that it did about it",
    bounds: callSeconds,
  },
  "rpc.server.call.duration": { unit: "s", description: "Time of calls that were answered", bounds: callSeconds },
  "rpc.client.call.duration": { unit: "s", description: "Time of calls that were made", bounds: callSeconds },
} as const;

export const gauges = {
  "bnas.queue.depth": {
    unit: "{job}",
    description: "Jobs that are requested and not answered yet, running or not",
  },
  "bnas.trainers": {
    unit: "{trainer}",
    description: "Trainers that the operator has made, by what they do; and those that searches have work for",
  },
} as const;

export type CounterName = keyof typeof counters;
export type HistogramName = keyof typeof histograms;
export type GaugeName = keyof typeof gauges;
