#include "bnas_layers.h"

#include <stddef.h>

/* Sums run in a stated order and round after each step, as those of bnas itself: a product and a sum must not become one. */
#if defined(__clang__)
#pragma clang fp contract(off)
#endif

static float *pixel_of(bnas_map x, int row, int column) { return x.at + ((long)row * x.width + column) * x.pitch; }

static int inside(bnas_map x, int row, int column) {
  return row >= 0 && row < x.height && column >= 0 && column < x.width;
}

static float weight_of(bnas_weights w, long index) {
  if (w.signs == NULL) return w.numbers[index];
  return (w.signs[index >> 3] >> (index & 7)) & 1 ? 1.0f : -1.0f;
}

static float read_as(float value, bnas_reading reading) {
  if (reading == BNAS_RELU) return value > 0.0f ? value : 0.0f;
  if (reading == BNAS_SIGN) return value >= 0.0f ? 1.0f : -1.0f;
  return value;
}

void bnas_depthwise(bnas_map x, bnas_map y, bnas_reading reading, int kernel, int stride, int dilation, bnas_weights w) {
  const int first = -dilation * (kernel - 1) / 2;
  for (int i = 0; i < y.height; i++) {
    for (int j = 0; j < y.width; j++) {
      float *sums = pixel_of(y, i, j);
      for (int c = 0; c < y.channels; c++) sums[c] = 0.0f;
      for (int u = 0; u < kernel; u++) {
        for (int v = 0; v < kernel; v++) {
          const int row = stride * i + first + dilation * u;
          const int column = stride * j + first + dilation * v;
          if (!inside(x, row, column)) continue;
          const float *from = pixel_of(x, row, column);
          const long tap = (long)(u * kernel + v) * y.channels;
          for (int c = 0; c < y.channels; c++) {
            const float product = read_as(from[c], reading) * weight_of(w, tap + c);
            sums[c] += product;
          }
        }
      }
    }
  }
}

/* sums[o] += x[c] * w[first + c * outs + o], channel after channel. */
static void add_products(const float *x, int ins, float *sums, int outs, bnas_weights w, long first) {
  for (int c = 0; c < ins; c++) {
    for (int o = 0; o < outs; o++) {
      const float product = x[c] * weight_of(w, first + (long)c * outs + o);
      sums[o] += product;
    }
  }
}

static void conv3x3_at(bnas_map x, float *sums, int outs, bnas_reading reading, int row0, int column0, bnas_weights w) {
  for (int o = 0; o < outs; o++) sums[o] = 0.0f;
  for (int u = 0; u < 3; u++) {
    for (int v = 0; v < 3; v++) {
      if (!inside(x, row0 + u, column0 + v)) continue;
      const float *from = pixel_of(x, row0 + u, column0 + v);
      for (int c = 0; c < x.channels; c++) {
        const float value = read_as(from[c], reading);
        add_products(&value, 1, sums, outs, w, (long)((u * 3 + v) * x.channels + c) * outs);
      }
    }
  }
}

void bnas_conv3x3(bnas_map x, bnas_map y, bnas_reading reading, int stride, bnas_weights w) {
  for (int i = 0; i < y.height; i++) {
    for (int j = 0; j < y.width; j++) {
      conv3x3_at(x, pixel_of(y, i, j), y.channels, reading, stride * i - 1, stride * j - 1, w);
    }
  }
}

static void stem_at(const bnas_stem *stem, float *pixel, int channels, int row, int column) {
  conv3x3_at(stem->image, pixel, channels, BNAS_AS_IT_IS, stem->stride * row - 1, stem->stride * column - 1, stem->weights);
  for (int c = 0; c < channels; c++) {
    const float product = pixel[c] * stem->factor[c];
    pixel[c] = product + stem->offset[c];
  }
}

void bnas_pointwise(bnas_map x, bnas_map y, bnas_reading reading, int stride, int offset, bnas_weights w,
                    const bnas_stem *stem, float *pixel) {
  for (int i = 0; i < y.height; i++) {
    for (int j = 0; j < y.width; j++) {
      const int row = stride * i + offset;
      const int column = stride * j + offset;
      if (stem != NULL) stem_at(stem, pixel, x.channels, row, column);
      for (int c = 0; c < x.channels; c++) {
        pixel[c] = read_as(stem != NULL ? pixel[c] : pixel_of(x, row, column)[c], reading);
      }
      float *sums = pixel_of(y, i, j);
      for (int o = 0; o < y.channels; o++) sums[o] = 0.0f;
      add_products(pixel, x.channels, sums, y.channels, w, 0);
    }
  }
}

/* For every number of y, v, at (i, j, c): an expression of i, j and c. */
#define EACH(y, expression)                        \
  for (int i = 0; i < (y).height; i++) {           \
    for (int j = 0; j < (y).width; j++) {          \
      for (int c = 0; c < (y).channels; c++) {     \
        pixel_of((y), i, j)[c] = (expression);     \
      }                                            \
    }                                              \
  }

void bnas_scale(bnas_map x, float alpha) { EACH(x, pixel_of(x, i, j)[c] * alpha) }

void bnas_scale_channels(bnas_map x, const float *alpha) { EACH(x, pixel_of(x, i, j)[c] * alpha[c]) }

void bnas_affine(bnas_map x, bnas_map y, const float *factor, const float *offset) {
  bnas_map product = y;
  EACH(product, pixel_of(x, i, j)[c] * factor[c])
  EACH(y, pixel_of(product, i, j)[c] + offset[c])
}

void bnas_threshold(bnas_map x, bnas_map y, const int *at) {
  EACH(y, pixel_of(x, i, j)[c] >= (float)at[c] ? 1.0f : -1.0f)
}

void bnas_relu(bnas_map x, bnas_map y) { EACH(y, read_as(pixel_of(x, i, j)[c], BNAS_RELU)) }

void bnas_sign(bnas_map x, bnas_map y) { EACH(y, read_as(pixel_of(x, i, j)[c], BNAS_SIGN)) }

void bnas_add(bnas_map a, bnas_map b, bnas_map y) { EACH(y, pixel_of(a, i, j)[c] + pixel_of(b, i, j)[c]) }

void bnas_copy(bnas_map x, bnas_map y) { EACH(y, pixel_of(x, i, j)[c]) }

void bnas_zeros(bnas_map y) { EACH(y, 0.0f) }

void bnas_shuffle(bnas_map x, bnas_map y, int groups) {
  EACH(y, pixel_of(x, i, j)[(c % groups) * (y.channels / groups) + c / groups])
}

void bnas_max_pool(bnas_map x, bnas_map y, int size, int stride) {
  const int first = size == 3 ? -1 : 0;
  for (int i = 0; i < y.height; i++) {
    for (int j = 0; j < y.width; j++) {
      float *most = pixel_of(y, i, j);
      int seen = 0;
      for (int u = 0; u < size; u++) {
        for (int v = 0; v < size; v++) {
          const int row = stride * i + first + u;
          const int column = stride * j + first + v;
          if (!inside(x, row, column)) continue;
          const float *from = pixel_of(x, row, column);
          for (int c = 0; c < y.channels; c++) {
            if (!seen || from[c] > most[c]) most[c] = from[c];
          }
          seen = 1;
        }
      }
    }
  }
}

/* The means of the pixels from (row0, column0) on, `rows` times `columns` of them, that are in the image. */
static void mean_of(bnas_map x, float *mean, int row0, int column0, int rows, int columns) {
  int count = 0;
  for (int c = 0; c < x.channels; c++) mean[c] = 0.0f;
  for (int row = row0; row < row0 + rows; row++) {
    for (int column = column0; column < column0 + columns; column++) {
      if (!inside(x, row, column)) continue;
      for (int c = 0; c < x.channels; c++) mean[c] += pixel_of(x, row, column)[c];
      count++;
    }
  }
  for (int c = 0; c < x.channels; c++) mean[c] /= (float)count;
}

void bnas_avg_pool(bnas_map x, bnas_map y, int stride) {
  for (int i = 0; i < y.height; i++) {
    for (int j = 0; j < y.width; j++) mean_of(x, pixel_of(y, i, j), stride * i - 1, stride * j - 1, 3, 3);
  }
}

void bnas_global_average_pool(bnas_map x, bnas_map y) { mean_of(x, y.at, 0, 0, x.height, x.width); }

void bnas_linear(bnas_map x, bnas_map y, bnas_reading reading, const float *weight, const float *bias) {
  const bnas_weights w = {NULL, weight};
  for (int o = 0; o < y.channels; o++) y.at[o] = 0.0f;
  for (int c = 0; c < x.channels; c++) {
    const float value = read_as(x.at[c], reading);
    add_products(&value, 1, y.at, y.channels, w, (long)c * y.channels);
  }
  for (int o = 0; o < y.channels; o++) y.at[o] += bias[o];
}
