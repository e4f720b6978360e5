import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findTensorflow } from "@bnas/kernels";
import { natsServerBinary } from "../nats/binary.js";
import { base } from "./base-image.js";
import { run } from "./command.js";
import { buildImage, type Image } from "./images.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const dockerfile = (name: string): string => join(repository, "deploy", "images", `${name}.Dockerfile`);

const tags = {
  services: "bnas.dev/services:test",
  trainer: "bnas.dev/trainer:test",
  nats: "bnas.dev/nats:test",
} as const;

/** Values of the chart that name these images. */
export const imageValues = {
  image: { registry: "bnas.dev", repository: "services", tag: "test", pullPolicy: "Never" },
  trainerImages: { node: { repository: "trainer", tag: "test" }, gpu: { repository: "trainer-gpu", tag: "test" } },
  nats: { image: { registry: "bnas.dev", repository: "nats", tag: "test" } },
} as const;

/** deploy/images/services.Dockerfile of this checkout. */
export const servicesImage = async (): Promise<Image> =>
  buildImage({ dockerfile: dockerfile("services"), context: repository, tag: tags.services, args: await base() });

/** The nats-server of the tests as the official image has it: one static program. */
export const natsImage = async (): Promise<Image> => {
  const folder = await mkdtemp(join(tmpdir(), "bnas-nats-"));
  try {
    await cp(await natsServerBinary(), join(folder, "nats-server"));
    const file = join(folder, "Dockerfile");
    await writeFile(file, 'FROM scratch\nCOPY nats-server /nats-server\nENV PATH=/\nENTRYPOINT ["/nats-server"]\n');
    return await buildImage({ dockerfile: file, context: folder, tag: tags.nats });
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** Where `npm run engine:node` of this checkout leaves the engine on this machine; undefined: it was not made. */
export const engineFolder = (): Promise<string | undefined> =>
  findTensorflow("node", process.env.BNAS_ENGINE_DIR).then(
    ({ path, kind }) => (kind === "made" ? dirname(path) : undefined),
    () => undefined,
  );

/** deploy/images/trainer.Dockerfile on top of the services' image, with the engine that was made. @param engine its folder */
export const trainerImage = async (services: Image, engine: string): Promise<Image> => {
  const folder = await mkdtemp(join(tmpdir(), "bnas-engine-context-"));
  try {
    await cp(engine, join(folder, "engine"), { recursive: true });
    // One that was made earlier may be for its owner alone; pods run as another user.
    await run("chmod", ["-R", "a+rX", folder]);
    const { BASE } = await base();
    return await buildImage({
      dockerfile: dockerfile("trainer"),
      context: repository,
      tag: tags.trainer,
      args: { SERVICES: services.tag, BUILD_BASE: BASE },
      contexts: { engine: folder },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
};
