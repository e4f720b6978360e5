import { readConfig, runService } from "@bnas/process";
import { operatorConfig } from "./config.js";
import { startOperator } from "./service.js";

await runService("operator", (mesh) =>
  startOperator(readConfig(operatorConfig, { env: process.env, prefix: "BNAS_" }), mesh),
);
