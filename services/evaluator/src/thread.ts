import { clientTls, connect, natsOfService, openStore, serveTasks } from "@bnas/mesh";
import { openEngine } from "@bnas/network";
import { DatasetServiceDefinition, type Evaluation } from "@bnas/proto";
import type { EvaluatorConfig } from "./config.js";
import { type EvaluationTask, evaluateTask } from "./evaluate-sample.js";

serveTasks<EvaluatorConfig, EvaluationTask, Evaluation, never>(async (config) => {
  const engine = await openEngine(config.engine);
  const store = await openStore(config.store, { nats: natsOfService(config) });
  const { client: dataset } = connect(DatasetServiceDefinition, config.dataset, { tls: clientTls(config) });
  return (task, { signal }) => evaluateTask(task, { engine, store, dataset }, signal);
});
