import { lower } from "@bnas/model";
import type { ExportFormat } from "../form/exported.js";
import { huggingFaceFolder } from "../hugging-face/hugging-face-folder.js";
import { pythonConsumer } from "../proof/python-consumer.js";

/** A Hugging Face folder: real-valued tensors, and a page of PyTorch. */
export const safetensors: ExportFormat = {
  name: "safetensors",
  opsets: [],
  graph: lower,
  write: huggingFaceFolder,
  consumers: ({ python }) => [pythonConsumer("torch", "run_pytorch.py", python)],
};
