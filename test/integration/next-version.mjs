// Version N+1 of bnas, of this source: `node --import ./next-version.mjs cli/bin/bnas.js ...` runs it with the version of its facts raised by one.
// Only for tests: no setting of bnas does it. Threads of a process take it over with its other flags.
import { register } from "node:module";

const hooks = `
  export const load = async (url, context, next) => {
    const loaded = await next(url, context);
    if (!url.endsWith("/search/dist/facts/fact-version.js")) return loaded;
    const source = Buffer.from(loaded.source).toString("utf8");
    return { ...loaded, source: source.replace(/FACT_VERSION = 1;/, "FACT_VERSION = 2;") };
  };`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
