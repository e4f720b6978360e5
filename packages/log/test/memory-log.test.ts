import { logContract, removalContract } from "@bnas/testing/contracts";
import { MemoryLog } from "../src/memory-log.js";

logContract("MemoryLog", async (policy) => new MemoryLog(policy));
removalContract("MemoryLog", async (policy) => new MemoryLog(policy));
