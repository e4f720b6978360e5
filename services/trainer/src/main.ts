import { runService } from "@bnas/process";
import { trainer } from "./service.js";

await runService(trainer, process.env);
