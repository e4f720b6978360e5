import { runService } from "@bnas/process";
import { operator } from "./service.js";

await runService(operator, process.env);
