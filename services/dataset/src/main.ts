import { readConfig, runService } from "@bnas/process";
import { datasetConfigSchema } from "./config.js";
import { startDataset } from "./service.js";

await runService("dataset", ({ logger }) =>
  startDataset(readConfig(datasetConfigSchema, { env: process.env, prefix: "BNAS_" }), logger),
);
