import { runService } from "@bnas/process";
import { dataset } from "./service.js";

await runService(dataset, process.env);
