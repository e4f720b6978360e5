import { InvalidInput } from "@bnas/search";
import type { FactLog } from "./log/fact-log.js";
import { FileLog } from "./log/file-log.js";
import { MemoryLog } from "./log/memory-log.js";
import type { BlobStore } from "./store/blob-store.js";
import { DirectoryStore } from "./store/directory-store.js";
import { MemoryStore } from "./store/memory-store.js";
import { systemErrorCode } from "./system-error.js";

/** Open a log by its address: `memory:` (new and empty, gone with the process) or `file:PATH`. */
export async function openLog(uri: string): Promise<FactLog> {
  const allowed = "memory: or file:PATH";
  if (uri === "memory:") return new MemoryLog();
  const path = pathOf("log", uri, "file:", allowed);
  return withReason("log", uri, allowed, () => FileLog.open(path));
}

/** Open a store by its address: `memory:` (new and empty, gone with the process) or `dir:PATH`. */
export async function openStore(uri: string): Promise<BlobStore> {
  const allowed = "memory: or dir:PATH";
  if (uri === "memory:") return new MemoryStore();
  const path = pathOf("store", uri, "dir:", allowed);
  return withReason("store", uri, allowed, () => DirectoryStore.open(path));
}

function pathOf(field: string, uri: string, scheme: string, allowed: string): string {
  if (uri.startsWith(scheme) && uri.length > scheme.length) return uri.slice(scheme.length);
  throw new InvalidInput(field, uri, allowed, `Write ${scheme} and a path, for example ${scheme}runs/first.`);
}

/** What the operating system says against a path is about the path that was given. */
async function withReason<Opened>(
  field: string,
  uri: string,
  allowed: string,
  open: () => Promise<Opened>,
): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof Error) || systemErrorCode(error) === undefined) throw error;
    const hint = `The system says ${error.message}: change that, or give another path.`;
    throw new InvalidInput(field, uri, `${allowed} that can be read and written`, hint);
  }
}
