import { fault, fieldOf, invalidInput } from "@bnas/errors";
import { type DatasetServiceClient, Split } from "@bnas/proto";
import { parseSpec } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { describeData, modelBatches, trainingBatches } from "../src/clients/dataset-client.js";
import { DATASET_FIELDS, inDatasetRequest, inSpec } from "../src/clients/dataset-fields.js";

const fields = Object.entries(DATASET_FIELDS).flatMap(([message, byField]) =>
  Object.entries(byField).map(([field, path]) => ({ field: `${message}.${field}`, path, message, name: field })),
);

const spec = parseSpec({
  preset: "smoke",
  dataset: "shapes:",
  seed: 42,
  data: { limit: 99, reductionImages: 33, imageSize: 16, cropPadding: 3, flip: true, cutout: 5 },
});

/** A dataset service that refuses everything on one field of the request, and keeps what it was asked. */
const refusing = (field: string) => {
  const asked: Record<string, Record<string, unknown>>[] = [];
  const refuse = (request: object): never => {
    // A request, read by the names that the table has.
    asked.push(request as Record<string, Record<string, unknown>>);
    throw invalidInput(field, 1, "another", "Give another.");
  };
  const client = {
    describeDataset: async (request: object) => refuse(request),
    async *streamBatches(request: object) {
      yield refuse(request);
    },
    // No other method is called.
  } as unknown as DatasetServiceClient;
  return { client, asked };
};

const first = async (batches: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of batches) return;
};

/** What a call of the API was asked with. */
const askedFor = async (
  of: (client: DatasetServiceClient) => AsyncIterable<unknown>,
): Promise<Record<string, unknown>> => {
  const { client, asked } = refusing("batch");
  await first(of(client)).catch(() => {});
  return asked[0] ?? {};
};

describe("a request that is made of a spec", () => {
  const options = { split: Split.SPLIT_WEIGHT, epoch: 0, batch: 1 };

  it("crops areas and jitters colours as data says in a search, and as train says of a network", async () => {
    const imagenet = parseSpec({ preset: "imagenet", data: { jitter: 0.3 }, train: { hue: 0.1 } });
    const cropped = { cropPadding: 0, cropArea: 0.08, flip: true, cutout: 0 };
    expect(await askedFor((client) => trainingBatches(client, imagenet, options))).toMatchObject({
      plan: { digest: "files" },
      augmentation: { ...cropped, jitter: 0.3, hue: 0.2 },
    });
    expect(await askedFor((client) => modelBatches(client, imagenet, { epoch: 0 }))).toMatchObject({
      augmentation: { ...cropped, policy: "none", jitter: 0.4, hue: 0.1 },
    });
  });

  it("turns off what an old spec lacks", async () => {
    const { cropArea: _, jitter: __, hue: ___, digest: ____, ...data } = spec.data;
    expect(await askedFor((client) => trainingBatches(client, { ...spec, data }, options))).toMatchObject({
      plan: { digest: "" },
      augmentation: { cropArea: 0, jitter: 0, hue: 0 },
    });
  });
});

describe("what a request to the dataset service is refused for", () => {
  it.each(fields)(
    "is $field there, and in the spec where its value was taken from",
    async ({ message, name, field, path }) => {
      const { client, asked } = refusing(field);
      const training = first(trainingBatches(client, spec, { split: Split.SPLIT_WEIGHT, epoch: 0, batch: 1 }));
      await expect(training).rejects.toMatchObject({ code: "INVALID_INPUT", field: fieldOf(["spec", ...path]) });
      const taken = path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], spec);
      expect(asked[0]?.[message]?.[name]).toBe(taken);
    },
  );

  it("is named in the spec when the dataset is described, too", async () => {
    await expect(describeData(refusing("plan.uri").client, spec)).rejects.toMatchObject({ field: "spec.dataset" });
  });

  it.each(fields)("comes from the dataset as of a spec, and $field is the way back", ({ field, path }) => {
    const inside = invalidInput([...path, 3], 1, "another", "Give another.");
    const outside = inDatasetRequest(inside);
    expect(outside).toMatchObject({ field: `${field}[3]`, value: 1, hint: "Give another." });
    expect(inSpec(outside)).toMatchObject({ path: ["spec", ...path, 3] });
  });

  it.each(["cropPadding", "cutout", "policy", "cropArea", "jitter", "hue"])(
    "is of spec.train.%s where a network is trained from the genotype",
    async (field) => {
      const { client } = refusing(`augmentation.${field}`);
      const batches = modelBatches(client, spec, { epoch: 0 });
      await expect(first(batches)).rejects.toMatchObject({ field: `spec.train.${field}` });
    },
  );

  it("stays as it is where it is no field of a spec", () => {
    for (const error of [
      invalidInput("batch", 0, "1 or more", ""),
      invalidInput("plan", "", "a plan", ""),
      fault("NOT_FOUND", "x", ""),
      1,
    ]) {
      expect(inSpec(error)).toBe(error);
      expect(inDatasetRequest(error)).toBe(error);
    }
  });
});
