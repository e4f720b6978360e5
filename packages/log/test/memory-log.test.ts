import { logContract, removalContract } from "@bnas/testing/contracts";
import { MemoryLog } from "../src/memory-log.js";

logContract("MemoryLog", async () => new MemoryLog());
removalContract("MemoryLog", async () => new MemoryLog());
