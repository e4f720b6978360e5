import type { Row } from "./gate/row.js";

/** `onlyNamed`: measured only when it is named, since it needs more than npm. */
type Entry = { readonly onlyNamed: boolean; readonly load: () => Promise<{ readonly row: Row }> };

/** The rows of the table, in its order: each is the file of its name in rows/. */
export const ROWS: Readonly<Record<string, Entry>> = {
  "sample-step": { onlyNamed: false, load: () => import("./rows/sample-step.js") },
  "supernet-step": { onlyNamed: false, load: () => import("./rows/supernet-step.js") },
  "evaluate-sample": { onlyNamed: false, load: () => import("./rows/evaluate-sample.js") },
  "evolve-fact": { onlyNamed: false, load: () => import("./rows/evolve-fact.js") },
  "decide-round": { onlyNamed: false, load: () => import("./rows/decide-round.js") },
  "append-fact": { onlyNamed: false, load: () => import("./rows/append-fact.js") },
  "open-log": { onlyNamed: false, load: () => import("./rows/open-log.js") },
  "read-facts-file": { onlyNamed: false, load: () => import("./rows/read-facts-file.js") },
  "save-checkpoint": { onlyNamed: false, load: () => import("./rows/save-checkpoint.js") },
  "load-checkpoint": { onlyNamed: false, load: () => import("./rows/load-checkpoint.js") },
  "stream-batch": { onlyNamed: false, load: () => import("./rows/stream-batch.js") },
  "stream-folder": { onlyNamed: false, load: () => import("./rows/stream-folder.js") },
  "call-service": { onlyNamed: false, load: () => import("./rows/call-service.js") },
  "carry-search": { onlyNamed: false, load: () => import("./rows/carry-search.js") },
  "sample-step-pytorch": { onlyNamed: true, load: () => import("./rows/sample-step-pytorch.js") },
  "infer-weights-node-1": { onlyNamed: true, load: () => import("./rows/infer-weights-node-1.js") },
  "infer-weights-node-16": { onlyNamed: true, load: () => import("./rows/infer-weights-node-16.js") },
  "infer-weights-web-1": { onlyNamed: true, load: () => import("./rows/infer-weights-web-1.js") },
  "infer-weights-web-16": { onlyNamed: true, load: () => import("./rows/infer-weights-web-16.js") },
  "infer-signs-node-1": { onlyNamed: true, load: () => import("./rows/infer-signs-node-1.js") },
  "infer-signs-node-16": { onlyNamed: true, load: () => import("./rows/infer-signs-node-16.js") },
  "infer-signs-web-1": { onlyNamed: true, load: () => import("./rows/infer-signs-web-1.js") },
  "infer-signs-web-16": { onlyNamed: true, load: () => import("./rows/infer-signs-web-16.js") },
};
