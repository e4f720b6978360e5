import { runService } from "@bnas/process";
import { pruner } from "./service.js";

await runService(pruner, process.env);
