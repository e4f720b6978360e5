import {
  createLogger,
  type Environment,
  type Headers,
  type Identity,
  type Recorder,
  type RunningTelemetry,
  startAs,
  type Telemetry,
} from "@bnas/telemetry";

// A thread shares nothing with the process that started it, so it records by itself, under the name of the process, and each task
// says to which span it belongs.

/** What a thread must know to record. */
export type ThreadTelemetry = { readonly identity: Identity; readonly logLevel: string };

/** For a thread that this one starts. Undefined: nothing is recorded. */
export const telemetryForThread = (name: string, { logger, recorder }: Telemetry): ThreadTelemetry | undefined => {
  const identity = recorder.nextThread(name);
  return identity && { identity, logLevel: logger.level };
};

/** In the thread, before anything else. */
export const startThreadTelemetry = (
  { identity, logLevel }: ThreadTelemetry,
  env: Environment,
): Promise<RunningTelemetry> =>
  startAs(identity, { env, logger: createLogger({ name: identity.service, level: logLevel }) });

/** Which span, and what kind of job, a task belongs to. */
export type TaskTrace = { readonly headers: Headers; readonly job: string | undefined };

export const taskTrace = (recorder: Recorder): TaskTrace => ({ headers: recorder.inject(), job: recorder.job() });

/** In the thread: do a task as a part of what it belongs to. */
export const inTask = <Result>(recorder: Recorder, trace: TaskTrace, work: () => Result): Result =>
  recorder.continueTrace(trace.headers, work, trace.job);

/**
 * Records the steps of one task: call it at the end of each. The first is not recorded: its beginning is not known, since the
 * checkpoint and the data were fetched before it.
 */
export const stepTeller = (recorder: Recorder): (() => void) => {
  if (!recorder.on) return () => {};
  let lastMs: number | undefined;
  return () => {
    const nowMs = performance.timeOrigin + performance.now();
    if (lastMs !== undefined) {
      recorder.begin("step", { startMs: lastMs }).end(nowMs);
      recorder.measure("bnas.step.duration", (nowMs - lastMs) / 1000, { "bnas.job.kind": recorder.job() });
    }
    lastMs = nowMs;
  };
};
