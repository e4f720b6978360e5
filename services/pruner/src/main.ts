import { openFacts } from "@bnas/mesh";
import { natsOfService } from "@bnas/nats";
import { readConfig, runService } from "@bnas/process";
import { prunerConfig } from "./config.js";
import { startPruner } from "./service.js";

await runService("pruner", async (mesh) => {
  const config = readConfig(prunerConfig, { env: process.env, prefix: "BNAS_" });
  const facts = await openFacts(config.log, { logger: mesh.logger, nats: natsOfService(config) });
  return startPruner(config, { ...mesh, ...facts });
});
