import type { PlainError } from "@bnas/errors";
import type { TaskTrace, ThreadTelemetry } from "./thread-telemetry.js";

/** What a method of a thread is called with, beside its task. */
export type TaskContext<Step> = {
  /** Aborts when the caller wants no result any more. */
  readonly signal: AbortSignal;
  /** Tell the caller how far the task is. */
  readonly step: (step: Step) => void;
};

/**
 * The methods of a thread, by name: `{ train(job: TrainJob, context: TaskContext<TrainStep>): Promise<TrainedJob> }`. Tasks, results
 * and steps are copied from thread to thread, so they are plain values.
 */
export type ThreadMethods<Methods> = {
  readonly [Name in keyof Methods]: (task: never, context: TaskContext<unknown>) => Promise<unknown>;
};

/** What a method takes, tells and gives back. */
export type TaskOf<Method> = Method extends (task: infer Task, ...rest: never) => unknown ? Task : never;
export type StepOf<Method> = Method extends (task: never, context: TaskContext<infer Step>) => unknown ? Step : never;
export type ResultOf<Method> = Method extends (...args: never) => Promise<infer Result> ? Result : never;

/** What a thread gets when it starts. */
export type ThreadData<Data> = { readonly data: Data; readonly telemetry: ThreadTelemetry | undefined };

export type ToThread =
  | { readonly call: string; readonly task: unknown; readonly trace: TaskTrace }
  | { readonly abort: true }
  | { readonly end: true };

export type FromThread =
  | { readonly step: unknown }
  | { readonly done: unknown }
  | { readonly failed: PlainError }
  | { readonly ended: true };
