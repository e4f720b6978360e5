// Speed as ratios against a reference that is measured in the same run, alternated with what is measured: a machine that
// drifts drifts for both. The reference is TensorFlow.js' own WebAssembly convolution (3x3, 64 to 64 channels, 32x32, batch 4),
// which we do not change. Run it before and after a change of the engine and compare the ratios, not the milliseconds.
import { evaluateSample, initialState, openEngine, trainEpoch, trainSample } from "@bnas/network";
import { drawPass, fullSpace, parseSpec } from "@bnas/search";
import * as tf from "@tensorflow/tfjs-core";

const BATCH = 64;
const ROUNDS = Number(process.argv[2] ?? 5);
const input = { height: 32, width: 32, channels: 3, classes: 10 };
const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };

async function* images() {
  const pixels = Uint8Array.from({ length: BATCH * 32 * 32 * 3 }, (_, i) => (i * 2654435761) >>> 24);
  yield { count: BATCH, pixels, labels: Array.from({ length: BATCH }, (_, i) => i % 10) };
}

const spec = (binarize) =>
  parseSpec({
    preset: "cifar10",
    binarize,
    network: { cells: 4 },
    warmup: { batch: BATCH },
    reduction: { batch: BATCH },
  });

const engine = await openEngine("wasm");
const x = tf.randomNormal([4, 32, 32, 64], 0, 1, "float32", 1);
const w = tf.randomNormal([3, 3, 64, 64], 0, 1, "float32", 2);
const reference = async () => tf.tidy(() => tf.conv2d(x, w, 1, "same").dataSync()[0]);

const jobs = (binarize) => {
  const asked = spec(binarize);
  const [network] = drawPass(1, 1, 1, fullSpace());
  const shared = { spec: asked, input, normalization, state: initialState(asked, input), rate: 0.025 };
  return {
    [`sampled network, train, ${binarize}`]: () => trainSample(engine, { ...shared, network, batches: images() }),
    [`sampled network, judge, ${binarize}`]: () => evaluateSample(engine, { ...shared, network, batches: images() }),
    [`supernet, train w, ${binarize}`]: () =>
      trainEpoch(engine, {
        ...shared,
        candidates: fullSpace(),
        trainStrengths: false,
        weightBatches: images(),
        strengthBatches: images(),
      }),
    [`supernet, train w and alpha, ${binarize}`]: () =>
      trainEpoch(engine, {
        ...shared,
        candidates: fullSpace(),
        trainStrengths: true,
        weightBatches: images(),
        strengthBatches: images(),
      }),
  };
};

const milliseconds = async (act) => {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
};
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

console.log(
  `batch ${BATCH}, 4 cells, 16 channels, C = 2, 32x32; ${ROUNDS} rounds, medians; reference: TensorFlow.js conv2d`,
);
for (const [name, act] of [...Object.entries(jobs("weights")), ...Object.entries(jobs("weights+activations"))]) {
  await act();
  await reference();
  const ratios = [];
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const base = await milliseconds(reference);
    const own = await milliseconds(act);
    ratios.push(own / base);
    times.push(own);
  }
  console.log(
    `${name.padEnd(48)} ${median(times).toFixed(0).padStart(6)} ms   ${median(ratios).toFixed(2).padStart(7)} x reference`,
  );
}
console.log(`heap ${(engine.memory() / 2 ** 20).toFixed(0)} MiB`);
process.exit(0);
