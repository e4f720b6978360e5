import { describe } from "vitest";
import { findTensorflow } from "../src/index.js";

/** Where the engines of this machine are, as a main tells it. */
export const here = { folder: process.env.BNAS_ENGINE_DIR, environment: process.env };

/** Why tests on TensorFlow's own library cannot run here, or null if they can. */
export const missing: string | null = await findTensorflow("node", here.folder).then(
  () => null,
  (error: Error) => error.message,
);

/** As `describe`; skipped with the reason in its name where the engine is not built. */
export const describeNode = (name: string, body: () => void): void => {
  if (missing === null) describe(name, body);
  else describe.skip(`${name} (${missing})`, body);
};
