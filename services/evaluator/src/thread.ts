import { openStore } from "@bnas/mesh";
import { natsOfService } from "@bnas/nats";
import { openEngine } from "@bnas/network";
import { serveTasks } from "@bnas/process";
import { DatasetServiceDefinition, type Evaluation } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { clientTls } from "@bnas/tls";
import type { EvaluatorConfig } from "./config.js";
import { type EvaluationTask, evaluateTask } from "./evaluate-sample.js";

serveTasks<EvaluatorConfig, EvaluationTask, Evaluation, never>(async (config) => {
  const engine = await openEngine(config.engine);
  const store = await openStore(config.store, { nats: natsOfService(config) });
  const { client: dataset } = connect(DatasetServiceDefinition, config.dataset, { tls: clientTls(config) });
  return (task, { signal }) => evaluateTask(task, { engine, store, dataset }, signal);
});
