// Sums over windows of a plane, channel by channel.
#pragma once

#include <type_traits>

#include "lanes.h"
#include "plane.h"

namespace bnas {

constexpr int kMostTaps = 25;

/** Taps of one kind of result: where each finds its pixel, and its weights, spread over a period of vectors. */
struct Taps {
  int count = 0;
  int64_t offset[kMostTaps];
  /** Index of each in [k,k,c]. */
  int source[kMostTaps];
  void Add(int64_t at, int from) {
    offset[count] = at;
    source[count++] = from;
  }
};

/** Weights of taps, [period][tap][lane]. */
inline void Spread(const Taps& taps, const float* weights, int64_t channels, int period, float* to) {
  for (int p = 0; p < period; ++p) {
    for (int t = 0; t < taps.count; ++t) {
      for (int lane = 0; lane < kLanes; ++lane) {
        to[(p * taps.count + t) * kLanes + lane] = weights[taps.source[t] * channels + (p * kLanes + lane) % channels];
      }
    }
  }
}

/** What is done to sums before they are stored: a scale, and the derivative of a map at x (where the sums go, in x). */
struct Finish {
  float scale = 1;
  Map map = Map::kNone;
  const float* x = nullptr;
};

/** kPeriod: 0 where it is known only now. A distance known to the compiler costs no instruction. */
template <int kCount, int kAtOnce, int kPeriod>
BNAS_INLINE void SumsAt(const float* in, const int64_t* offset, const float* weights, int64_t period, const Finish& finish,
                        const float* x, float* out) {
  const int64_t step = (kPeriod == 0 ? period : kPeriod) * kLanes;
  Lanes sums[kAtOnce] = {};
#pragma GCC unroll 25
  for (int t = 0; t < kCount; ++t) {
    const Lanes weight = Load(weights + t * kLanes);
    const float* from = in + offset[t];
#pragma GCC unroll 8
    for (int u = 0; u < kAtOnce; ++u) sums[u] += weight * Load(from + u * step);
  }
#pragma GCC unroll 8
  for (int u = 0; u < kAtOnce; ++u) {
    Lanes sum = sums[u] * finish.scale;
    if (finish.map != Map::kNone) sum = Unmapped(sum, Load(x + u * step), finish.map);
    Store(out + u * step, sum);
  }
}

template <int kCount, int kPeriod>
void RowOf(const float* in, const Taps& taps, const float* weights, int64_t vectors, int64_t period, const Finish& finish,
           float* out) {
  int64_t offset[kCount];
  for (int t = 0; t < kCount; ++t) offset[t] = taps.offset[t];
  for (int64_t p = 0; p < period; ++p) {
    const float* own = weights + p * kCount * kLanes;
    int64_t v = p;
    const auto sums = [&](auto at_once) BNAS_ALWAYS {
      constexpr int kAtOnce = decltype(at_once)::value;
      for (; v + (kAtOnce - 1) * period < vectors; v += kAtOnce * period) {
        const int64_t at = v * kLanes;
        SumsAt<kCount, kAtOnce, kPeriod>(in + at, offset, own, period, finish, finish.x + at, out + at);
      }
    };
    sums(std::integral_constant<int, 8>{});
    sums(std::integral_constant<int, 4>{});
    sums(std::integral_constant<int, 1>{});
  }
}

template <int kCount>
void RowWith(const float* in, const Taps& taps, const float* weights, int64_t vectors, int period, const Finish& finish,
             float* out) {
  switch (period) {
    case 1: return RowOf<kCount, 1>(in, taps, weights, vectors, 1, finish, out);
    case 2: return RowOf<kCount, 2>(in, taps, weights, vectors, 2, finish, out);
    case 4: return RowOf<kCount, 4>(in, taps, weights, vectors, 4, finish, out);
    default: return RowOf<kCount, 0>(in, taps, weights, vectors, period, finish, out);
  }
}

/** A row of results, whole vectors of them. @param weights as Spread made them */
inline void Row(const float* in, const Taps& taps, const float* weights, int64_t vectors, int period, const Finish& finish,
                float* out) {
  switch (taps.count) {
    case 1: return RowWith<1>(in, taps, weights, vectors, period, finish, out);
    case 2: return RowWith<2>(in, taps, weights, vectors, period, finish, out);
    case 4: return RowWith<4>(in, taps, weights, vectors, period, finish, out);
    case 6: return RowWith<6>(in, taps, weights, vectors, period, finish, out);
    case 9: return RowWith<9>(in, taps, weights, vectors, period, finish, out);
    case 25: return RowWith<25>(in, taps, weights, vectors, period, finish, out);
    default: std::abort();  // Windows are 3x3 or 5x5, whole or every second tap.
  }
}

/** The taps of a fixed window of k x k: results as pixels, or every second. */
inline Taps TapsOf(const Layout& layout, int k, int dilation, bool turned) {
  Taps taps;
  for (int r = 0; r < k; ++r) {
    for (int s = 0; s < k; ++s) {
      taps.Add(layout.Tap(r * dilation, s * dilation), turned ? k * k - 1 - (r * k + s) : r * k + s);
    }
  }
  return taps;
}

/**
 * The taps by which results of stride 2 go back to the pixels (2m + odd_row, 2j + odd_column), for a plane of the results
 * with a border of one.
 */
inline Taps TapsBack(const Layout& layout, int k, int odd_row, int odd_column) {
  const int border = (k - 1) / 2;  // Of 2x2: 0.
  Taps taps;
  for (int r = (odd_row + border) & 1; r < k; r += 2) {
    for (int s = (odd_column + border) & 1; s < k; s += 2) {
      taps.Add(layout.Tap(1 + (odd_row + border - r) / 2, 1 + (odd_column + border - s) / 2), r * k + s);
    }
  }
  return taps;
}

}  // namespace bnas
