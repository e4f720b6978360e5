/* Runs a network in C: images from a file, values to another. Arguments: images, their number, out. See README.md. */
#include <stdio.h>
#include <stdlib.h>

#include "bnas_layers.h"
#include "bnas_network.h"

static FILE *out;

static void give(const float *numbers, size_t count) {
  if (fwrite(numbers, sizeof *numbers, count, out) == count) return;
  perror("out");
  exit(1);
}

#ifdef BNAS_TRACE
void bnas_trace(const char *name, bnas_map value);
void bnas_trace(const char *name, bnas_map value) {
  (void)name;
  for (long i = 0; i < (long)value.height * value.width; i++) give(value.at + i * value.pitch, (size_t)value.channels);
}
#endif

int main(int count, char **arguments) {
  static float image[BNAS_HEIGHT * BNAS_WIDTH * BNAS_CHANNELS];
  float logits[BNAS_CLASSES];
  const size_t size = sizeof image / sizeof *image;
  FILE *images = count == 4 ? fopen(arguments[1], "rb") : NULL;
  out = count == 4 ? fopen(arguments[3], "wb") : NULL;
  if (images == NULL || out == NULL) {
    fprintf(stderr, "images and out: two files, with the number of images between\n");
    return 2;
  }
  for (long left = strtol(arguments[2], NULL, 10); left > 0; left--) {
    if (fread(image, sizeof *image, size, images) != size) return 2;
    bnas_logits(image, logits);
    give(logits, BNAS_CLASSES);
  }
  return fclose(out) == 0 ? 0 : 1;
}
