// One engine, one kind of step, in this process: prints one line of JSON. node one.js ENGINE STEP BINARIZE STEPS
import { drawPass, fullSpace, parseSpec } from "@bnas/search";
import { evaluateSample, initialState, openEngine, trainEpoch, trainSample } from "../dist/index.js";

const [engineName, step, binarize, steps] = process.argv.slice(2);
const BATCH = 64;
const SIDE = 32;
const input = { height: SIDE, width: SIDE, channels: 3, classes: 10 };
const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
const spec = parseSpec({
  preset: "cifar10",
  binarize,
  network: { cells: 4 },
  warmup: { batch: BATCH },
  reduction: { batch: BATCH },
});

async function* images() {
  const pixels = Uint8Array.from({ length: BATCH * SIDE * SIDE * 3 }, (_, i) => (i * 2654435761) >>> 24);
  yield { count: BATCH, pixels, labels: Array.from({ length: BATCH }, (_, i) => i % 10) };
}

const [network] = drawPass(1, 1, 1, fullSpace());
const engine = await openEngine(engineName);
const shared = { spec, input, normalization, state: initialState(spec, input), rate: 0.025 };
const supernet = (trainStrengths) =>
  trainEpoch(engine, {
    ...shared,
    candidates: fullSpace(),
    trainStrengths,
    weightBatches: images(),
    strengthBatches: images(),
  });
const act = {
  train: () => trainSample(engine, { ...shared, network, batches: images() }),
  judge: () => evaluateSample(engine, { ...shared, network, batches: images() }),
  supernet: () => supernet(false),
  "supernet+strengths": () => supernet(true),
}[step];

await act(); // The first step compiles and fills caches.
const processor = [];
const wall = [];
for (let i = 0; i < Number(steps); i++) {
  const begun = performance.now();
  const used = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(used);
  processor.push((user + system) / 1000);
  wall.push(performance.now() - begun);
}
const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ engine: engine.name, versions: engine.versions, processor, wall, megabytes }));
process.exit(0);
