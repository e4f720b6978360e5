import { storeContract } from "@bnas/testing/contracts";
import { MemoryStore } from "../src/memory-store.js";

// Puts a blob as an hour ago by putting it again while the clock is back.
let late = 0;
let store = new MemoryStore();
storeContract(
  "MemoryStore",
  async () => {
    store = new MemoryStore(() => Date.now() - late);
    return store;
  },
  async (sha256) => {
    late = 3_600_000;
    await store.put(await store.get(sha256));
    late = 0;
  },
);
