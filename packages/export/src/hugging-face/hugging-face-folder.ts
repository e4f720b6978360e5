import { readFileSync } from "node:fs";
import { sha256Of } from "@bnas/disk";
import { encodeSafetensors, type Graph, type Model, printConfig } from "@bnas/model";
import { bitsOf, isOfSigns, sumOf } from "../form/convolution-node.js";
import type { Exported } from "../form/exported.js";
import { printLayers } from "./layers.js";
import { modelCard } from "./model-card.js";

const PAGE = "modeling_bnas.py";

/** A model's folder as Hugging Face has it, with a page of PyTorch: a folder of `@bnas/model` too. */
export const huggingFaceFolder = (model: Model, graph: Graph): Exported => {
  const tensors = encodeSafetensors(model.tensors);
  const file = { file: "model.safetensors", bytes: tensors.length, sha256: sha256Of(tensors) } as const;
  const files = new Map<string, Uint8Array | string>([
    ["README.md", modelCard(model)],
    ["config.json", printConfig(model, file)],
    ["layers.json", printLayers(graph)],
    [PAGE, readFileSync(new URL(`../../pages/${PAGE}`, import.meta.url))],
    ["model.safetensors", tensors],
  ]);
  return { files, opened: "", traced: { files, opened: "", values: valuesOf(graph) } };
};

/** All that the page shows: each node but the last, and sums of +1 and -1 before they are multiplied. */
const valuesOf = ({ nodes }: Graph): Exported["traced"]["values"] => {
  const bits = bitsOf(nodes);
  return nodes.slice(0, -1).flatMap((node) => {
    const size = node.shape.height * node.shape.width * node.shape.channels;
    const names = isOfSigns(node, bits) ? new Set([sumOf(node), node.name]) : [node.name];
    return [...names].map((name) => ({ name, size }));
  });
};
