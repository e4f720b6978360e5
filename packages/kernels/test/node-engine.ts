import { describe } from "vitest";
import { findTensorflow } from "../src/index.js";

/** Why tests on TensorFlow's own library cannot run here, or null if they can. */
export const missing: string | null = await findTensorflow("node", process.env.BNAS_ENGINE_DIR).then(
  () => null,
  (error: Error) => error.message,
);

/** As `describe`; skipped with the reason in its name where the engine is not built. */
export const describeNode = (name: string, body: () => void): void => {
  if (missing === null) describe(name, body);
  else describe.skip(`${name} (${missing})`, body);
};
