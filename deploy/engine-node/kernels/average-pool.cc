// Average pooling of 3x3 with a border of one that does not count, and its gradient.
#include "op.h"
#include "plane.h"
#include "window.h"

namespace bnas {
namespace {

thread_local Scratch plane_memory, row_memory, weight_memory;

/** How many of three pixels around i * stride are in the image. */
int64_t Inside(int64_t i, int64_t stride, int64_t extent) {
  const int64_t at = i * stride;
  return 3 - (at == 0 ? 1 : 0) - (at + 1 >= extent ? 1 : 0);
}

float ShareOf(int64_t i, int64_t j, int64_t stride, int64_t h, int64_t w) {
  return 1.0f / static_cast<float>(Inside(i, stride, h) * Inside(j, stride, w));
}

/** Every tap weighs one. */
float* Ones(int period) {
  float* ones = weight_memory.Take(period * 9 * kLanes);
  for (int i = 0; i < period * 9 * kLanes; ++i) ones[i] = 1;
  return ones;
}

void Forward(Call& call, const Options& options) {
  const Image x = call.Input(0);
  const int64_t stride = options.stride, c = x.c;
  const Image y = call.Output(0, {x.n, (x.h + stride - 1) / stride, (x.w + stride - 1) / stride, c});
  const Layout layout(x.h, x.w, c, 1, stride, 3);
  const Taps taps = TapsOf(layout, 3, 1, false);
  const int period = PeriodOf(c);
  const float* ones = Ones(period);
  float* plane = plane_memory.TakeZeros(layout.size());
  const int64_t vectors = VectorsOf(y.row());
  float* row = row_memory.Take(vectors * kLanes);
  for (int64_t image = 0; image < x.n; ++image) {
    Fill(layout, x.data + image * x.h * x.row(), x.h, x.w, 1, x.row(), Map::kNone, plane);
    for (int64_t i = 0; i < y.h; ++i) {
      Row(plane + layout.Window(i), taps, ones, vectors, period, {}, row);
      float* to = y.data + (image * y.h + i) * y.row();
      for (int64_t j = 0; j < y.w; ++j) {
        const float share = ShareOf(i, j, stride, x.h, x.w);
        for (int64_t channel = 0; channel < c; ++channel) to[j * c + channel] = row[j * c + channel] * share;
      }
    }
  }
}

void Backward(Call& call, const Options& options) {
  const Image dy = call.Input(0);
  const int64_t stride = options.stride, c = dy.c;
  const Image dx = call.Output(0, {dy.n, options.height, options.width, c});
  const Layout layout(dy.h, dy.w, c, 1, 1, 3);
  const int period = PeriodOf(c);
  const float* ones = Ones(period);
  float* plane = plane_memory.TakeZeros(layout.size());
  const int64_t vectors = VectorsOf(dy.row());
  float* row = row_memory.Take(vectors * kLanes);
  Taps taps[4];
  if (stride == 1) taps[0] = TapsOf(layout, 3, 1, false);
  else for (int parity = 0; parity < 4; ++parity) taps[parity] = TapsBack(layout, 3, parity >> 1, parity & 1);
  for (int64_t image = 0; image < dy.n; ++image) {
    for (int64_t i = 0; i < dy.h; ++i) {
      const float* from = dy.data + (image * dy.h + i) * dy.row();
      float* to = plane + layout.At(i, 0);
      for (int64_t j = 0; j < dy.w; ++j) {
        const float share = ShareOf(i, j, stride, dx.h, dx.w);
        for (int64_t channel = 0; channel < c; ++channel) to[j * c + channel] = from[j * c + channel] * share;
      }
    }
    for (int64_t y = 0; y < dx.h; ++y) {
      float* to = dx.data + (image * dx.h + y) * dx.row();
      if (stride == 1) {
        Row(plane + layout.Window(y), taps[0], ones, vectors, period, {}, row);
        std::memcpy(to, row, static_cast<size_t>(dx.row() * 4));
        continue;
      }
      for (int odd = 0; odd < 2; ++odd) {
        Row(plane + layout.Window(y >> 1), taps[(y & 1) * 2 + odd], ones, vectors, period, {}, row);
        for (int64_t j = 0; 2 * j + odd < dx.w; ++j) {
          std::memcpy(to + (2 * j + odd) * c, row + j * c, static_cast<size_t>(c * 4));
        }
      }
    }
  }
}

}  // namespace

const std::vector<Operation> kAveragePool = {
    {"BnasAvgPool", {"x: float"}, {"y: float"}, {"stride"}, Forward},
    {"BnasAvgPoolGrad", {"dy: float"}, {"dx: float"}, {"stride", "height", "width"}, Backward},
};

}  // namespace bnas
