import { FileLog, MemoryLog } from "@bnas/log";
import { leadContract, temporaryFolder } from "@bnas/testing/contracts";
import { LeadAlone } from "../src/lead-alone.js";

const folder = temporaryFolder();

leadContract("LeadAlone on a MemoryLog", async () => {
  const log = new MemoryLog();
  return { log, lead: new LeadAlone(log.live.closing) };
});

leadContract("LeadAlone on a FileLog", async () => {
  const log = await FileLog.open(await folder.fresh());
  return { log, lead: new LeadAlone(log.live.closing) };
});
