// One engine, one kind of step, in this process: prints one line of JSON. node one.js ENGINE STEP BINARIZE STEPS [BINARIZER]
// The steps are those of one job, its first left out: what a job costs as it begins is not theirs.
import { darts, drawPass, fullSpace, parseSpec } from "@bnas/search";
import { evaluateSample, initialState, openEngine, trainEpoch, trainSample } from "../dist/index.js";

const [engineName, step, binarize, steps, binarizer] = process.argv.slice(2);
const BATCH = 64;
const SIDE = 32;
const input = { height: SIDE, width: SIDE, channels: 3, classes: 10 };
const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
const spec = parseSpec({
  preset: "cifar10",
  binarize,
  binarizer,
  network: { cells: 4 },
  warmup: { batch: BATCH },
  reduction: { batch: BATCH },
});

const pixels = Uint8Array.from({ length: BATCH * SIDE * SIDE * 3 }, (_, i) => (i * 2654435761) >>> 24);
const batch = { count: BATCH, pixels, labels: Array.from({ length: BATCH }, (_, i) => i % 10) };
const now = () => {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), processor: (user + system) / 1000 };
};
/** A job asks for a batch when it has finished the one before. @param seen is called each time */
async function* images(seen = () => {}) {
  for (let i = 0; i <= Number(steps); i++) {
    seen();
    yield batch;
  }
  seen();
}

const [network] = drawPass(1, 1, 1, fullSpace(darts));
const engine = await openEngine(engineName, { folder: process.env.BNAS_ENGINE_DIR, environment: process.env });
const shared = { spec, input, normalization, state: initialState(spec, input), rate: 0.025 };
const marks = [];
const batches = images(() => marks.push(now()));
const supernet = (trainStrengths) =>
  trainEpoch(engine, {
    ...shared,
    candidates: fullSpace(darts),
    trainStrengths,
    weightBatches: batches,
    strengthBatches: images(),
  });
await {
  train: () => trainSample(engine, { ...shared, network, batches }),
  evaluate: () => evaluateSample(engine, { ...shared, network, batches }),
  supernet: () => supernet(false),
  "supernet+strengths": () => supernet(true),
}[step]();

// The first step compiles and fills caches.
const spans = marks.slice(2).map((mark, i) => [mark, marks[i + 1]]);
const processor = spans.map(([end, begin]) => end.processor - begin.processor);
const wall = spans.map(([end, begin]) => end.wall - begin.wall);
const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ engine: engine.name, versions: engine.versions, processor, wall, megabytes }));
process.exit(0);
