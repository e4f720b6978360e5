import type { Work } from "@bnas/jobs";
import type { Facts } from "@bnas/mesh";
import {
  type RunningService,
  type ServiceTools,
  startThread,
  type TaskThread,
  type ThreadMethods,
} from "@bnas/process";
import { checkAsService, serveRpc, serverTokens } from "@bnas/rpc";
import { serverTls } from "@bnas/tls";
import { tellingWaits } from "./telling-waits.js";
import type { WorkerConfig } from "./worker-settings.js";

/** What a worker gets from its process. */
export type WorkerTools = ServiceTools & Facts;

/** What a worker does: the gRPC that it answers, and its work, until `stopping` aborts. */
type Wired = { readonly services: Parameters<typeof serveRpc>[0]["services"]; readonly work: readonly Work[] };

/**
 * Start a service with a tensor thread: it answers gRPC and takes jobs until it is drained, or its work is stopped.
 * @param options.script main of the thread (serve-tensors.ts)
 * @param options.wire what it does with the thread; it may abort `stopping` when it has nothing more to do
 */
export const startWorker = async <Methods extends ThreadMethods<Methods>>(
  config: WorkerConfig,
  tools: WorkerTools,
  options: {
    readonly script: URL;
    readonly wire: (thread: TaskThread<Methods>, stopping: AbortController) => Promise<Wired>;
  },
): Promise<RunningService> => {
  // The thread calls other services, and may start later.
  checkAsService(config, tools.logger);
  const tokens = serverTokens(config, tools.logger);
  const thread = startThread<Methods>(options.script, config, tools);
  const stopping = new AbortController();
  const { services, work } = await options.wire(thread, stopping);
  const { logger, recorder } = tools;
  const rpc = await serveRpc({
    listen: config.listen,
    services,
    tokens,
    logger,
    recorder,
    tls: serverTls(config),
  });
  const working = Promise.all(work.map((one) => tools.jobs.work(tellingWaits(one, tools), stopping.signal))).then(
    () => {},
  );

  return {
    address: rpc.address,
    failed: working,
    async drain() {
      stopping.abort();
      await working;
      await rpc.drain();
      await thread.close();
    },
  };
};
