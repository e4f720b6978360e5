import type { Row } from "../gate/row.js";
import { inferenceRow } from "./infer.js";

export const row: Row = inferenceRow("weights+activations", "onnxruntime-node", 1);
