import { LARGEST_FILE, readInputText } from "@bnas/disk";
import { invalidInput, messageOf } from "@bnas/errors";
import { parse } from "yaml";
import { z } from "zod";

/** Parts of a pod that are read or changed here; the rest is handed on as it is. */
const container = z.looseObject({
  name: z.string(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
});
const podTemplate = z.looseObject({
  metadata: z
    .looseObject({
      labels: z.record(z.string(), z.string()).default({}),
      annotations: z.record(z.string(), z.string()).default({}),
    })
    .default({ labels: {}, annotations: {} }),
  spec: z.looseObject({ containers: z.array(container).min(1) }),
});

const schema = z.strictObject({
  /** By engine; an engine without an image cannot be asked for. */
  images: z.strictObject({ wasm: z.string().optional(), node: z.string().optional(), gpu: z.string().optional() }),
  /** Of trainers whose manifest names none and asks for no GPU. */
  engine: z.enum(["wasm", "node", "gpu"]).default("wasm"),
  /** A PodTemplateSpec with a container `trainer`: addresses, secrets, mounts, probes, security. */
  template: podTemplate,
});

/** What trainers have in common, as the platform team wrote it. */
export type TrainerTemplate = z.infer<typeof schema>;

/** The container that trains. */
export const TRAINER_CONTAINER = "trainer";

/** @throws InvalidInput that names the path and what is wrong with it */
export const readTrainerTemplate = async (path: string): Promise<TrainerTemplate> => {
  const text = await readInputText(path, {
    field: "BNAS_TRAINER_TEMPLATE",
    allowed: "a file that can be read",
    hint: "check the path.",
    mostBytes: LARGEST_FILE.config,
  });
  return parseTrainerTemplate(text, path);
};

export const parseTrainerTemplate = (text: string, path: string): TrainerTemplate => {
  const refuse = (allowed: string, hint: string) => invalidInput("BNAS_TRAINER_TEMPLATE", path, allowed, hint);
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw refuse("a file of YAML", messageOf(error));
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse("a file of {images, engine, template}", `${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { template, images, engine } = parsed.data;
  if (!template.spec.containers.some(({ name }) => name === TRAINER_CONTAINER)) {
    throw refuse("a pod template", `It needs a container named ${TRAINER_CONTAINER}.`);
  }
  if (images[engine] === undefined) throw refuse("images with one for the engine", `images.${engine} is missing.`);
  return parsed.data;
};
