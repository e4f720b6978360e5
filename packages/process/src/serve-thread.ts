import { parentPort, workerData } from "node:worker_threads";
import { fault, toPlain } from "@bnas/errors";
import { type Environment, silentLogger, silentRecorder, type Telemetry } from "@bnas/telemetry";
import type { FromThread, ThreadData, ThreadMethods, ToThread } from "./thread-protocol.js";
import { inTask, startThreadTelemetry, stepTeller } from "./thread-telemetry.js";

/**
 * Inside the thread: answer the calls that come. `setUp` is called with the data of startThread before the first task, and again
 * before the next one when it rejected.
 * @param env of the process: the main of a thread passes `process.env`
 */
export const serveThread = <Data, Methods extends ThreadMethods<Methods>>(
  env: Environment,
  setUp: (data: Data, telemetry: Telemetry) => Promise<Methods>,
): void => {
  const port = parentPort;
  if (port === null) throw new Error("serveThread runs in a worker thread only; start it by startThread");
  const send = (message: FromThread) => port.postMessage(message);
  // The data came from startThread of the same pair of files, which share its type.
  const { data, telemetry }: ThreadData<Data> = workerData;
  const starting = telemetry === undefined ? undefined : startThreadTelemetry(telemetry, env);
  let ready: Promise<Methods> | undefined;
  let abort = new AbortController();
  port.on("message", async (message: ToThread) => {
    if ("end" in message) {
      await (await starting)?.shutdown();
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
      const recorder = (await starting)?.recorder ?? silentRecorder;
      // A server that is unavailable while the thread is set up may be available for the next task.
      ready ??= setUp(data, { logger: silentLogger, recorder }).catch((error: unknown) => {
        ready = undefined;
        throw error;
      });
      const methods = await ready;
      // startThread offers the names of `Methods` alone, each with a task of its type; messages have no types.
      const [call, task] = [message.call as keyof Methods, message.task as never];
      const stepEnded = stepTeller(recorder);
      const step = (step: unknown) => {
        stepEnded();
        send({ step });
      };
      send({ done: await inTask(recorder, message.trace, () => methods[call](task, { signal, step })) });
    } catch (error) {
      send({ failed: toPlain(signal.aborted ? stopped() : error) });
    }
  });
};

/** The task was stopped by its signal, not by a fault. */
const stopped = () => fault("CANCELLED", "stopped before it was done", "");
