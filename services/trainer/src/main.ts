import { openFacts } from "@bnas/mesh";
import { natsOfService } from "@bnas/nats";
import { readConfig, runService } from "@bnas/process";
import { trainerConfig } from "./config.js";
import { startTrainer } from "./service.js";

await runService("trainer", async (mesh) => {
  const config = readConfig(trainerConfig, { env: process.env, prefix: "BNAS_" });
  const facts = await openFacts(config.log, { logger: mesh.logger, nats: natsOfService(config) });
  return startTrainer(config, { ...mesh, ...facts });
});
