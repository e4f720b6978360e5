import { parentPort, Worker, workerData } from "node:worker_threads";
import { fault, fromPlain, type PlainError, toPlain } from "@bnas/errors";
import {
  inTask,
  startThreadTelemetry,
  stepTeller,
  type TaskTrace,
  type ThreadTelemetry,
  taskTrace,
  telemetryForThread,
} from "./thread-telemetry.js";

// Tensor work blocks the event loop, so it runs in a thread of its own: the service continues to answer health checks and a thread
// that dies (WebAssembly out of memory aborts it) takes down one job, not the process.

type ToThread<Task> =
  | { readonly run: Task; readonly trace: TaskTrace }
  | { readonly abort: true }
  | { readonly end: true };
type FromThread<Result, Step> =
  | { readonly step: Step }
  | { readonly done: Result }
  | { readonly failed: PlainError }
  | { readonly ended: true };

/** What a thread gets when it starts. */
type ThreadData<Data> = { readonly data: Data; readonly telemetry: ThreadTelemetry | undefined };

/** One thread that runs one task at a time; tasks that come meanwhile wait for their turn. */
export interface TaskThread<Task, Result, Step> {
  run(task: Task, options: { readonly signal: AbortSignal; readonly onStep?: (step: Step) => void }): Promise<Result>;
  close(): Promise<void>;
}

/** Start the thread in `script`; `data` is what its `serveTasks` gets. The next task restarts a thread that died. */
export const startThread = <Task, Result, Step>(script: URL, data: unknown): TaskThread<Task, Result, Step> => {
  let worker: Worker | undefined;
  const telemetry = telemetryForThread("tensors");

  const alive = (): Worker => {
    if (worker === undefined) {
      const started = new Worker(script, { workerData: { data, telemetry } satisfies ThreadData<unknown> });
      started.on("exit", () => {
        if (worker === started) worker = undefined;
      });
      // Listeners of the running task report it; without any listener an error would end the process.
      started.on("error", () => {});
      worker = started;
    }
    return worker;
  };

  const runNow = (
    task: Task,
    { signal, onStep }: { readonly signal: AbortSignal; readonly onStep?: (step: Step) => void },
  ): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      const thread = alive();
      const send = (message: ToThread<Task>) => thread.postMessage(message);
      const abort = () => send({ abort: true });
      const settle = (act: () => void) => {
        thread.off("message", onMessage);
        thread.off("error", onError);
        thread.off("exit", onExit);
        signal.removeEventListener("abort", abort);
        act();
      };
      const onMessage = (message: FromThread<Result, Step>) => {
        if ("step" in message) onStep?.(message.step);
        else if ("done" in message) settle(() => resolve(message.done));
        else if ("failed" in message) settle(() => reject(fromPlain(message.failed)));
      };
      const onError = (error: Error) => settle(() => reject(error));
      const onExit = (code: number) => settle(() => reject(new Error(`the tensor thread ended with code ${code}`)));
      thread.on("message", onMessage);
      thread.on("error", onError);
      thread.on("exit", onExit);
      signal.addEventListener("abort", abort);
      send({ run: task, trace: taskTrace() });
      if (signal.aborted) abort();
    });

  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (task, options) => {
      const turn = last.then(() => runNow(task, options));
      last = turn.catch(() => {});
      return turn;
    },
    close: async () => {
      if (worker !== undefined && telemetry !== undefined) await lastWords(worker);
      await worker?.terminate();
    },
  };
};

/** Let a thread send what it has recorded; it gives up by itself when the collector does not answer. */
const lastWords = (thread: Worker): Promise<void> =>
  new Promise((resolve) => {
    thread.on("message", (message) => {
      if ("ended" in message) resolve();
    });
    thread.once("exit", () => resolve());
    thread.postMessage({ end: true } satisfies ToThread<never>);
  });

/**
 * Inside the thread: run the tasks that come. `setUp` is called with the data of startThread before the first task, and again
 * before the next one when it rejected.
 */
export const serveTasks = <Data, Task, Result, Step>(
  setUp: (
    data: Data,
  ) => Promise<(task: Task, context: { signal: AbortSignal; step(step: Step): void }) => Promise<Result>>,
): void => {
  const port = parentPort;
  if (port === null) throw new Error("serveTasks runs in a worker thread only; start it by startThread");
  const send = (message: FromThread<Result, Step>) => port.postMessage(message);
  // The data came from startThread of the same pair of files, which share its type.
  const { data, telemetry }: ThreadData<Data> = workerData;
  const recording = telemetry === undefined ? undefined : startThreadTelemetry(telemetry);
  let ready: ReturnType<typeof setUp> | undefined;
  let abort = new AbortController();
  port.on("message", async (message: ToThread<Task>) => {
    if ("end" in message) {
      await (await recording)?.shutdown();
      send({ ended: true });
      return;
    }
    if ("abort" in message) {
      abort.abort();
      return;
    }
    abort = new AbortController();
    const { signal } = abort;
    try {
      await recording;
      // A server that is unavailable while the thread is set up may be available for the next task.
      ready ??= setUp(data).catch((error: unknown) => {
        ready = undefined;
        throw error;
      });
      const run = await ready;
      const stepEnded = stepTeller();
      const step = (step: Step) => {
        stepEnded();
        send({ step });
      };
      send({ done: await inTask(message.trace, () => run(message.run, { signal, step })) });
    } catch (error) {
      send({ failed: toPlain(signal.aborted ? stopped() : error) });
    }
  });
};

/** The task was stopped by its signal, not by a fault. */
const stopped = () => fault("CANCELLED", "stopped before it was done", "");
