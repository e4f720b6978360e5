import { runService } from "@bnas/process";
import { evaluator } from "./service.js";

await runService(evaluator, process.env);
