import { MemoryLog } from "../src/log/memory-log.js";
import { logContract } from "./log-contract.js";
import { removalContract } from "./removal-contract.js";

logContract("MemoryLog", async (policy) => new MemoryLog(policy));
removalContract("MemoryLog", async (policy) => new MemoryLog(policy));
