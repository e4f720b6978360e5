// What opening a large folder costs, and how many images a second a folder gives: decoded, from the cache on the disk, from memory.
//   node --import tsx test/bench/folder.js --pictures 20000
//   node --import tsx test/bench/folder.js --photos DIR [--side 224] [--epochs 3]
// The first makes a folder of generated PNG files of 64x64 pixels and opens it; the second streams the training images of a folder.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { dataset, encodeImage } from "@bnas/dataset";
import { silentTools } from "@bnas/process";
import { DatasetServiceDefinition, Split } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { stream } from "@bnas/search";
import { ownFolder } from "./inputs/own-folder.js";

const { values } = parseArgs({
  options: {
    pictures: { type: "string" },
    photos: { type: "string" },
    side: { type: "string", default: "224" },
    epochs: { type: "string", default: "3" },
    digest: { type: "string", default: "files" },
  },
});

/** Starts a dataset service in this process, and ends it. */
const served = async (settings, act) => {
  const service = await dataset.start(
    dataset.config.parse({ listen: "127.0.0.1:0", dataRoot: "/", ...settings }),
    silentTools(),
  );
  const { client, close } = connect(DatasetServiceDefinition, service.address, { deadlineMs: 3_600_000 });
  try {
    return await act(client);
  } finally {
    close();
    await service.drain();
  }
};

/** Seconds by the clock, CPU seconds, and what it gave. */
const timed = async (act) => {
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  const given = await act();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - from) / 1000, cpu: (user + system) / 1e6, given };
};

const mebibytes = () => Math.round(process.memoryUsage().rss / 2 ** 20);

const openLarge = async (pictures) => {
  const { folder, remove } = await ownFolder();
  try {
    const classes = 20;
    for (let label = 0; label < classes; label++) await mkdir(join(folder, `class${label}`));
    const random = stream(1, "bench", "folder");
    const size = 64 * 64 * 3;
    const noise = Uint8Array.from({ length: 2 * size }, () => random.below(256));
    for (let number = 0; number < pictures; number++) {
      const pixels = noise.subarray(random.below(size)).subarray(0, size);
      const bytes = await encodeImage(pixels, { width: 64, height: 64, channels: 3 });
      await writeFile(join(folder, `class${number % classes}`, `${number}.png`), bytes);
    }
    const plan = {
      uri: `folder:${folder}`,
      seed: 1,
      imageSize: Number(values.side),
      reductionImages: 1000,
      digest: values.digest,
    };
    await served({}, async (client) => {
      const before = mebibytes();
      const streamed = await timed(async () => {
        for await (const { count } of client.streamBatches({
          plan,
          split: Split.SPLIT_TRAIN,
          batch: 64,
          shuffle: true,
        }))
          return count;
      });
      const described = await timed(() => client.describeDataset({ plan }));
      const again = await timed(() => client.describeDataset({ plan }));
      console.table([
        { what: "the first batch of 64", ...streamed, given: streamed.given },
        { what: "described", ...described, given: described.given.digest.slice(0, 8) },
        { what: "described again", ...again, given: again.given.digest.slice(0, 8) },
      ]);
      console.log({ pictures, side: plan.imageSize, digest: plan.digest, rssBefore: before, rss: mebibytes() });
    });
  } finally {
    await remove();
  }
};

const streamPhotos = async (photos) => {
  const { folder, remove } = await ownFolder();
  const side = Number(values.side);
  const plan = { uri: `folder:${photos}`, seed: 1, imageSize: side, reductionImages: 1, digest: "files" };
  const augmentations = {
    "as they are": undefined,
    "cropped by area, flipped": {
      cropPadding: 0,
      flip: true,
      cutout: 0,
      policy: "",
      cropArea: 0.08,
      jitter: 0,
      hue: 0,
    },
    "and colours jittered": {
      cropPadding: 0,
      flip: true,
      cutout: 0,
      policy: "",
      cropArea: 0.08,
      jitter: 0.4,
      hue: 0.2,
    },
  };
  const epochs = async (client, augmentation, first) => {
    let images = 0;
    for (let epoch = first; epoch < first + Number(values.epochs); epoch++) {
      const request = { plan, split: Split.SPLIT_TRAIN, epoch, batch: 32, shuffle: true, keepLast: true, augmentation };
      for await (const { count } of client.streamBatches(request)) images += count;
    }
    return images;
  };
  const rows = [];
  try {
    for (const [what, augmentation] of Object.entries(augmentations)) {
      const row = async (from, client) => {
        const { seconds, cpu, given } = await timed(() => epochs(client, augmentation, 1));
        rows.push({
          what,
          from,
          images: given,
          "images/s": Math.round(given / seconds),
          "images/CPU s": Math.round(given / cpu),
        });
      };
      // So small a memory holds a few pictures, and none of them when an epoch comes round.
      await served({ datasetMemoryMib: 16 }, (client) => row("files, decoded", client));
      const cache = { datasetCache: join(folder, what), datasetCacheMib: 4096 };
      await served({ datasetMemoryMib: 16, ...cache }, (client) => epochs(client, augmentation, 0));
      await served({ datasetMemoryMib: 16, ...cache }, (client) => row("the cache on the disk", client));
      await served({}, async (client) => {
        await epochs(client, augmentation, 0);
        await row("memory", client);
      });
    }
    console.table(rows);
  } finally {
    await remove();
  }
};

if (values.pictures !== undefined) await openLarge(Number(values.pictures));
if (values.photos !== undefined) await streamPhotos(values.photos);
