import { MemoryLog } from "../src/log/memory-log.js";
import { logContract } from "./log-contract.js";

logContract("MemoryLog", async (policy) => new MemoryLog(policy));
