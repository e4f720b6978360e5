import { Worker } from "node:worker_threads";
import { fromPlain } from "@bnas/errors";
import { silentTelemetry, type Telemetry } from "@bnas/telemetry";
import type { FromThread, ResultOf, StepOf, TaskOf, ThreadData, ThreadMethods, ToThread } from "./thread-protocol.js";
import { taskTrace, telemetryForThread } from "./thread-telemetry.js";

// Tensor work blocks the event loop, so it runs in a thread of its own: the service continues to answer health checks and a thread
// that dies (WebAssembly out of memory aborts it) takes down one job, not the process.

/** One thread that runs one task at a time; tasks that come meanwhile wait for their turn. */
export interface TaskThread<Methods> {
  call<Name extends keyof Methods & string>(
    name: Name,
    task: TaskOf<Methods[Name]>,
    options: { readonly signal: AbortSignal; readonly onStep?: (step: StepOf<Methods[Name]>) => void },
  ): Promise<ResultOf<Methods[Name]>>;
  close(): Promise<void>;
}

/** A call whose types are forgotten: what crosses to the thread has none. */
type Call = {
  readonly name: string;
  readonly task: unknown;
  readonly signal: AbortSignal;
  readonly onStep: ((step: never) => void) | undefined;
};

/** Start the thread in `script`; `data` is what its `serveThread` gets. The next task restarts a thread that died. */
export const startThread = <Methods extends ThreadMethods<Methods>>(
  script: URL,
  data: unknown,
  telemetry: Telemetry = silentTelemetry,
): TaskThread<Methods> => {
  let worker: Worker | undefined;
  const recording = telemetryForThread("tensors", telemetry);

  const alive = (): Worker => {
    if (worker === undefined) {
      const workerData = { data, telemetry: recording } satisfies ThreadData<unknown>;
      const started = new Worker(script, { workerData });
      started.on("exit", () => {
        if (worker === started) worker = undefined;
      });
      // Listeners of the running task report it; without any listener an error would end the process.
      started.on("error", () => {});
      worker = started;
    }
    return worker;
  };

  const callNow = ({ name, task, signal, onStep }: Call): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const thread = alive();
      const send = (message: ToThread) => thread.postMessage(message);
      const abort = () => send({ abort: true });
      const settle = (act: () => void) => {
        thread.off("message", onMessage);
        thread.off("error", onError);
        thread.off("exit", onExit);
        signal.removeEventListener("abort", abort);
        act();
      };
      const onMessage = (message: FromThread) => {
        if ("step" in message)
          onStep?.(message.step as never); // The method's own type of step, which both sides share.
        else if ("done" in message) settle(() => resolve(message.done));
        else if ("failed" in message) settle(() => reject(fromPlain(message.failed)));
      };
      const onError = (error: Error) => settle(() => reject(error));
      const onExit = (code: number) => settle(() => reject(new Error(`the tensor thread ended with code ${code}`)));
      thread.on("message", onMessage);
      thread.on("error", onError);
      thread.on("exit", onExit);
      signal.addEventListener("abort", abort);
      send({ call: name, task, trace: taskTrace(telemetry.recorder) });
      if (signal.aborted) abort();
    });

  let last: Promise<unknown> = Promise.resolve();
  return {
    call(name, task, { signal, onStep }) {
      const turn = last.then(() => callNow({ name, task, signal, onStep }));
      last = turn.catch(() => {});
      // The thread answers a method by its own result: both sides share `Methods`.
      return turn as Promise<ResultOf<Methods[typeof name]>>;
    },
    close: async () => {
      if (worker !== undefined && recording !== undefined) await lastWords(worker);
      await worker?.terminate();
    },
  };
};

/** Let a thread send what it has recorded; it gives up by itself when the collector does not answer. */
const lastWords = (thread: Worker): Promise<void> =>
  new Promise((resolve) => {
    thread.on("message", (message: FromThread) => {
      if ("ended" in message) resolve();
    });
    thread.once("exit", () => resolve());
    thread.postMessage({ end: true } satisfies ToThread);
  });
