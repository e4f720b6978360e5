import { derivedOptionsOf, inputShapeOf, type Model } from "@bnas/model";
import { buildDerived } from "@bnas/network";
import { printAnswer, spaceOfGenotype } from "@bnas/search";

/** `README.md` of a Hugging Face folder: what the model is, how to run it, and where it is from. */
export const modelCard = (model: Model): string => {
  const { network, input, classes, normalization, origin, genotype } = model;
  const { cost } = buildDerived(genotype, derivedOptionsOf(model), inputShapeOf(model));
  const table = (rows: readonly (readonly [string, string | number])[]): string =>
    ["| | |", "| --- | --- |", ...rows.map(([key, value]) => `| ${cell(key)} | ${cell(String(value))} |`)].join("\n");
  return `---
library_name: pytorch
pipeline_tag: image-classification
tags:
  - binarized-neural-network
  - neural-architecture-search
---

# A binarized network found by BNAS

An image classifier with ${ONE_BIT[network.binarize]}. Its architecture was found by Binarized Neural Architecture Search (Chen et al., AAAI 2020,
arXiv 1911.10862). Files of this folder were written by \`bnas export\`, which compared them with the network that was trained:
\`export-check.json\` says in what, and how far apart they are.

\`\`\`python
from modeling_bnas import BnasNetwork  # torch and safetensors

network = BnasNetwork(".")
logits = network(network.normalized(pixels))  # pixels [batch, ${input.height}, ${input.width}, ${input.channels}] of 0 to 255
print(network.classes[logits.argmax(1)[0]])
\`\`\`

## The network

${table([
  ["images", `${input.height}x${input.width}, ${input.channels} channels`],
  ["mean of a channel, of pixels from 0 to 1", normalization.mean.join(", ")],
  ["standard deviation", normalization.std.join(", ")],
  ["classes", classes.join(", ")],
  ["cells", network.cells],
  ["channels of its first cells", network.channels],
  ["parameters", cost.total],
  ["of them one bit", cost.oneBit],
  ["bits", cost.bits],
  ["multiply-adds an image", cost.multiplyAdds],
])}

\`\`\`
${printAnswer(model.space ?? spaceOfGenotype(genotype), genotype).join("\n")}
\`\`\`

A tap of a convolution outside the image does not take part in its sum. Weights in \`model.safetensors\` are real numbers; a binarized one
enters as its sign (+1 for 0) times the mean of the magnitudes of ${network.xnor === "channel" ? "the weights of its output channel" : "its tensor"}.

## Where it is from

${table(Object.entries(origin))}
`;
};

const ONE_BIT = {
  none: "weights of 32 bits: a twin in full precision",
  weights: "weights of one bit inside its cells",
  "weights+activations": "weights and activations of one bit inside its cells",
} as const;

/** A text that stays in its cell of a table. */
const cell = (text: string): string => text.replace(/[|\\]/g, "\\$&").replace(/\s+/g, " ");
