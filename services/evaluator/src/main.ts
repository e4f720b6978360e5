import { openFacts } from "@bnas/mesh";
import { natsOfService } from "@bnas/nats";
import { readConfig, runService } from "@bnas/process";
import { evaluatorConfig } from "./config.js";
import { startEvaluator } from "./service.js";

await runService("evaluator", async (mesh) => {
  const config = readConfig(evaluatorConfig, { env: process.env, prefix: "BNAS_" });
  const facts = await openFacts(config.log, { logger: mesh.logger, nats: natsOfService(config) });
  return startEvaluator(config, { ...mesh, ...facts });
});
