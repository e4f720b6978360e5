import { readFileSync } from "node:fs";
import type { Graph, Model } from "@bnas/model";
import { printAnswer, spaceOfGenotype } from "@bnas/search";
import type { Exported } from "../form/exported.js";
import { cFloat, cText } from "./c-literals.js";
import { type CProgram, cProgram } from "./c-program.js";

const LAYERS = ["bnas_layers.h", "bnas_layers.c"];

/** A network in C99: one header, one file of the network, and the layers that all networks share. */
export const cFiles = (model: Model, graph: Graph): Exported => {
  const program = cProgram(graph);
  const files = new Map<string, Uint8Array | string>([
    ["bnas_network.h", header(model, graph, program)],
    ["bnas_network.c", source(graph, program)],
    ...LAYERS.map((name) => [name, readFileSync(new URL(`../../pages/${name}`, import.meta.url))] as const),
  ]);
  return { files, opened: "", traced: { files, opened: "", values: program.values } };
};

const header = (model: Model, { input, classes }: Graph, { memory, widest }: CProgram): string => {
  const image = input.height * input.width * input.channels;
  return `/* An image classifier that bnas exported.
${printAnswer(model.space ?? spaceOfGenotype(model.genotype), model.genotype)
  .map((line) => ` * ${line}`)
  .join("\n")}
 */
#ifndef BNAS_NETWORK_H
#define BNAS_NETWORK_H

#define BNAS_HEIGHT ${input.height}
#define BNAS_WIDTH ${input.width}
#define BNAS_CHANNELS ${input.channels}
#define BNAS_CLASSES ${classes.length}
/* All memory that it takes beside constants and the stack, in bytes. It is static: one call at a time. */
#define BNAS_MEMORY ${4 * (memory + widest + image)}

extern const char *const bnas_classes[BNAS_CLASSES];

/* Logits [classes] of an image [height][width][channels] that is normalized: (pixel / 255 - mean) / std. */
void bnas_logits(const float *image, float *logits);

/* The index of the class of an image [height][width][channels] of pixels from 0 to 255; its logits too. */
int bnas_classify(const unsigned char *pixels, float *logits);

#endif
`;
};

const source = ({ input, classes, normalization }: Graph, { constants, calls, memory, widest }: CProgram): string =>
  `#include "bnas_network.h"

#include <stddef.h>

#include "bnas_layers.h"

/* With BNAS_TRACE, whoever links this sees each value: to find where two networks differ. */
#ifdef BNAS_TRACE
void bnas_trace(const char *name, bnas_map value);
#define BNAS_SEEN(name, value) bnas_trace(name, value)
#else
#define BNAS_SEEN(name, value) ((void)0)
#endif

static float memory[${Math.max(1, memory)}];
static float pixel[${widest}];
static float normalized[BNAS_HEIGHT * BNAS_WIDTH * BNAS_CHANNELS];

const char *const bnas_classes[BNAS_CLASSES] = {${classes.map(cText).join(", ")}};

static const float mean[BNAS_CHANNELS] = {${normalization.mean.map(cFloat).join(", ")}};
static const float deviation[BNAS_CHANNELS] = {${normalization.std.map(cFloat).join(", ")}};

${constants.join("\n")}
static void run(float *image, float *logits) {
${calls.map((call) => `  ${call}`).join("\n")}
}

void bnas_logits(const float *image, float *logits) {
  for (size_t i = 0; i < sizeof normalized / sizeof *normalized; i++) normalized[i] = image[i];
  run(normalized, logits);
}

int bnas_classify(const unsigned char *pixels, float *logits) {
  int best = 0;
  for (size_t i = 0; i < sizeof normalized / sizeof *normalized; i++) {
    const size_t channel = i % ${input.channels};
    normalized[i] = ((float)pixels[i] / 255.0f - mean[channel]) / deviation[channel];
  }
  run(normalized, logits);
  for (int i = 1; i < BNAS_CLASSES; i++) {
    if (logits[i] > logits[best]) best = i;
  }
  return best;
}
`;
