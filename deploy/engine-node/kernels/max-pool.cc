// Max-pooling of 3x3 (a border of one) or 2x2 (none), and its gradient.
#include <limits>

#include "op.h"
#include "plane.h"
#include "window.h"

namespace bnas {
namespace {

using Int = Vector<kLanes>::Int;

thread_local Scratch plane_memory, winner_memory, row_memory, winner_row_memory;

/** No tap: the border has no winner. */
constexpr uint8_t kNobody = 255;

template <int kCount>
void Largest(const float* in, const int64_t* offset, int64_t vectors, float* out, uint8_t* winner) {
  int64_t at[kCount];
  for (int t = 0; t < kCount; ++t) at[t] = offset[t];
  for (int64_t v = 0; v < vectors; ++v) {
    Lanes best = Load(in + at[0] + v * kLanes);
    Int who{};
#pragma GCC unroll 9
    for (int t = 1; t < kCount; ++t) {
      const Lanes other = Load(in + at[t] + v * kLanes);
      const Int larger = other > best;  // Of equal ones the first stays.
      best = larger ? other : best;
      who = larger ? Int{} + t : who;
    }
    Store(out + v * kLanes, best);
    Narrow(who, winner + v * kLanes);
  }
}

void Forward(Call& call, const Options& options) {
  const Image x = call.Input(0);
  const int k = options.size, border = k == 3 ? 1 : 0;
  const int64_t h = (x.h + 2 * border - k) / options.stride + 1, w = (x.w + 2 * border - k) / options.stride + 1;
  const Image y = call.Output(0, {x.n, h, w, x.c});
  uint8_t* winner = call.OutputBytes(1, {x.n, h, w, x.c});
  const Layout layout(x.h, x.w, x.c, border, options.stride, k);
  const Taps taps = TapsOf(layout, k, 1, false);
  const int64_t size = layout.size() + 4 * kLanes;
  float* plane = plane_memory.Take(size);
  for (int64_t i = 0; i < size; ++i) plane[i] = -std::numeric_limits<float>::infinity();
  const int64_t vectors = VectorsOf(y.row());
  float* row = row_memory.Take(vectors * kLanes);
  uint8_t* winner_row = winner_row_memory.Take<uint8_t>(vectors * kLanes);
  for (int64_t image = 0; image < x.n; ++image) {
    Fill(layout, x.data + image * x.h * x.row(), x.h, x.w, 1, x.row(), Map::kNone, plane);
    for (int64_t i = 0; i < h; ++i) {
      const float* in = plane + layout.Window(i);
      if (k == 3) Largest<9>(in, taps.offset, vectors, row, winner_row);
      else Largest<4>(in, taps.offset, vectors, row, winner_row);
      const int64_t at = (image * h + i) * y.row();
      std::memcpy(y.data + at, row, static_cast<size_t>(y.row() * 4));
      std::memcpy(winner + at, winner_row, static_cast<size_t>(y.row()));
    }
  }
}

template <int kCount>
void Winnings(const float* dy, const uint8_t* winner, const Taps& taps, int64_t vectors, float* out) {
  int64_t at[kCount];
  int tap[kCount];
  for (int t = 0; t < kCount; ++t) {
    at[t] = taps.offset[t];
    tap[t] = taps.source[t];
  }
  for (int64_t v = 0; v < vectors; ++v) {
    Lanes sum{};
#pragma GCC unroll 9
    for (int t = 0; t < kCount; ++t) {
      const Int won = Widen(winner + at[t] + v * kLanes) == tap[t];
      sum += won ? Load(dy + at[t] + v * kLanes) : Lanes{};
    }
    Store(out + v * kLanes, sum);
  }
}

void WinningsOf(const float* dy, const uint8_t* winner, const Taps& taps, int64_t vectors, float* out) {
  switch (taps.count) {
    case 1: return Winnings<1>(dy, winner, taps, vectors, out);
    case 2: return Winnings<2>(dy, winner, taps, vectors, out);
    case 4: return Winnings<4>(dy, winner, taps, vectors, out);
    case 9: return Winnings<9>(dy, winner, taps, vectors, out);
    default: std::abort();
  }
}

void Backward(Call& call, const Options& options) {
  const uint8_t* winner = call.Bytes(0);
  const Image dy = call.Input(1);
  const Image dx = call.Output(0, {dy.n, options.height, options.width, dy.c});
  const int k = options.size;
  const int64_t c = dy.c;
  const Layout layout(dy.h, dy.w, c, 1, 1, 3);
  float* plane = plane_memory.TakeZeros(layout.size());
  uint8_t* who = winner_memory.Take<uint8_t>(layout.size());
  std::memset(who, kNobody, static_cast<size_t>(layout.size()));
  Taps taps[4];
  if (options.stride == 1) {
    for (int t = 0; t < 9; ++t) taps[0].Add(layout.Tap(2 - t / 3, 2 - t % 3), t);
  } else {
    for (int parity = 0; parity < 4; ++parity) taps[parity] = TapsBack(layout, k, parity >> 1, parity & 1);
  }
  // Of an odd side the last pixels may be in no window of 2x2: results have one row and column more then, the border's.
  const int64_t vectors = VectorsOf((dx.w + options.stride - 1) / options.stride * c);
  float* row = row_memory.Take(vectors * kLanes);
  for (int64_t image = 0; image < dy.n; ++image) {
    Fill(layout, dy.data + image * dy.h * dy.row(), dy.h, dy.w, 1, dy.row(), Map::kNone, plane);
    for (int64_t i = 0; i < dy.h; ++i) {
      std::memcpy(who + layout.At(i, 0), winner + (image * dy.h + i) * dy.row(), static_cast<size_t>(dy.row()));
    }
    for (int64_t y = 0; y < dx.h; ++y) {
      float* to = dx.data + (image * dx.h + y) * dx.row();
      if (options.stride == 1) {
        WinningsOf(plane + layout.Window(y), who + layout.Window(y), taps[0], vectors, row);
        std::memcpy(to, row, static_cast<size_t>(dx.row() * 4));
        continue;
      }
      for (int odd = 0; odd < 2; ++odd) {
        const int64_t window = layout.Window(y >> 1);
        WinningsOf(plane + window, who + window, taps[(y & 1) * 2 + odd], vectors, row);
        for (int64_t j = 0; 2 * j + odd < dx.w; ++j) {
          std::memcpy(to + (2 * j + odd) * c, row + j * c, static_cast<size_t>(c * 4));
        }
      }
    }
  }
}

}  // namespace

const std::vector<Operation> kMaxPool = {
    {"BnasMaxPool", {"x: float"}, {"y: float", "winner: uint8"}, {"size", "stride"}, Forward},
    {"BnasMaxPoolGrad", {"winner: uint8", "dy: float"}, {"dx: float"}, {"size", "stride", "height", "width"}, Backward},
};

}  // namespace bnas
