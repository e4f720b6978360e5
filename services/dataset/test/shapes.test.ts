import { describe, expect, it } from "vitest";
import { countByClass } from "../src/divide/dataset.js";
import { drawShapes } from "../src/read/shapes.js";
import { parseShapesOptions } from "../src/read/shapes-options.js";
import { openInMemory } from "./builders.js";

const open = (uri: string, imageSize = 0) => openInMemory(uri, 2 ** 30, imageSize);

describe("shapes:", () => {
  it("draws six classes of 16x16 pixels that take turns, with nothing given", async () => {
    const dataset = await open("shapes:?images=60&test=12");
    expect(dataset).toMatchObject({ height: 16, width: 16, channels: 3 });
    expect(dataset.classes).toEqual(["circle", "square", "triangle", "cross", "ring", "stripes"]);
    expect(countByClass(dataset.train.labels, 6)).toEqual(new Array(6).fill(10));
    expect(countByClass(dataset.test.labels, 6)).toEqual(new Array(6).fill(2));
  });

  it("draws the same for the same seed, others for another, and others to test than to train", async () => {
    const one = await open("shapes:?images=20&test=20&seed=5");
    expect(await open("shapes:?images=20&test=20&seed=5")).toEqual(one);
    expect((await open("shapes:?images=20&test=20&seed=6")).train.pixels).not.toEqual(one.train.pixels);
    expect(one.test.pixels).not.toEqual(one.train.pixels);
  });

  it("draws fewer images as the beginning of more", async () => {
    const few = await open("shapes:?images=20&test=20");
    const more = await open("shapes:?images=40&test=20");
    expect(more.train.pixels.subarray(0, few.train.pixels.length)).toEqual(few.train.pixels);
  });

  it("draws in the size that is asked for instead of enlarging", async () => {
    const asked = await open("shapes:?images=12&test=12", 24);
    expect(asked).toMatchObject({ height: 24, width: 24 });
    expect(asked).toEqual(await open("shapes:?images=12&test=12&size=24"));
  });

  it("takes more than the mean image of each class to tell apart: the nearest one is wrong for a third of the images or more", async () => {
    const { classes, train, test } = await open("shapes:?images=600&test=300");
    const size = 16 * 16 * 3;
    const means = classes.map(() => new Float64Array(size));
    train.labels.forEach((label, image) => {
      for (let value = 0; value < size; value++) {
        const mean = means[label] ?? new Float64Array(size);
        mean[value] = (mean[value] ?? 0) + (train.pixels[image * size + value] ?? 0) / 100;
      }
    });
    const distance = (image: number, mean: Float64Array) =>
      mean.reduce((sum, value, i) => sum + (value - (test.pixels[image * size + i] ?? 0)) ** 2, 0);
    const right = test.labels.filter((label, image) => {
      const distances = means.map((mean) => distance(image, mean));
      return distances.indexOf(Math.min(...distances)) === label;
    });
    expect(right.length / test.labels.length).toBeLessThan(2 / 3);
  });

  it("lets other calls have their turn many times while one large image is drawn", async () => {
    let turns = 0;
    let drawing = true;
    const other = () => {
      turns += 1;
      if (drawing) setImmediate(other);
    };
    setImmediate(other);
    const options = parseShapesOptions("shapes:", "?images=4&classes=2&test=2&size=256");
    await drawShapes("shapes:", options, 256, 2 ** 30);
    drawing = false;
    // 6 images of 65,536 pixels, with a turn after 16,384.
    expect(turns).toBeGreaterThanOrEqual(20);
  });

  it("is not drawn further when no one wants it any more", async () => {
    const leaving = new AbortController();
    const options = parseShapesOptions("shapes:", "?images=20000&test=6&size=16");
    const drawn = drawShapes("shapes:", options, 16, 2 ** 32, leaving.signal);
    leaving.abort();
    await expect(drawn).rejects.toThrow("aborted");
  });
});
