#!/usr/bin/env node
// The entry is plain JavaScript so that npm can link `bnas` before anything is built.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (!existsSync(main)) {
  console.error("bnas: this checkout is not built yet; run `npm run build` first (`npm start` does it by itself)");
  process.exit(1);
}
await import(main.href);
