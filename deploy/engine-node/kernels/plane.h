// An image with a border, laid out so that every tap of a window finds its pixels at one distance from the result's: a row of
// results is then a row of vectors, whatever the stride and the number of channels.
#pragma once

#include "lanes.h"
#include "op.h"

namespace bnas {

enum class Map { kNone, kRelu, kSign };

BNAS_INLINE float Mapped(float value, Map map) {
  if (map == Map::kRelu) return value > 0 ? value : 0.0f;
  if (map == Map::kSign) return value >= 0 ? 1.0f : -1.0f;
  return value;
}

template <int N = kLanes>
BNAS_INLINE typename Vector<N>::Float MappedAll(typename Vector<N>::Float x, Map map) {
  const typename Vector<N>::Float zero{};
  if (map == Map::kRelu) return x > zero ? x : zero;
  if (map == Map::kSign) return x >= zero ? zero + 1.0f : zero - 1.0f;
  return x;
}

/** Copies floats through a map. */
inline void CopyMapped(const float* from, int64_t count, Map map, float* to) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Store(to + i, MappedAll(Load(from + i), map));
  for (; i < count; ++i) to[i] = Mapped(from[i], map);
}

/** dx times the derivative of the map at x: 1[x > 0] of relu, 1[|x| <= 1] of sign (straight-through). */
BNAS_INLINE Lanes Unmapped(Lanes dx, Lanes x, Map map) {
  const Lanes zero{};
  if (map == Map::kNone) return dx;
  const Mask inside = map == Map::kRelu ? x > zero : (x <= zero + 1.0f) & (x >= zero - 1.0f);
  return inside ? dx : zero;
}

/** The same of many; `to` may be dx. */
inline void Unmap(const float* dx, const float* x, int64_t count, Map map, float* to) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Store(to + i, Unmapped(Load(dx + i), Load(x + i), map));
  for (; i < count; ++i) {
    const bool inside = map == Map::kNone || (map == Map::kRelu ? x[i] > 0 : (x[i] <= 1 && x[i] >= -1));
    to[i] = inside ? dx[i] : 0;
  }
}

/** How a plane is laid out. With a stride of 2 a row holds its even columns, then its odd ones. */
struct Layout {
  int64_t border, stride, channels, columns, row, rows;
  /** @param h, w of the image; @param results of a row; @param taps that a window has in a row */
  Layout(int64_t h, int64_t w, int64_t c, int64_t border_, int64_t stride_, int64_t taps)
      : border(border_),
        stride(stride_),
        channels(c),
        columns(stride == 1 ? w + 2 * border : (w + 1) / 2 + taps),
        row(columns * c * stride),
        rows(stride == 1 ? h + 2 * border : h + 1 + taps) {}
  int64_t size() const { return row * rows; }
  /** Where the pixel (y, x) of the image is. */
  int64_t At(int64_t y, int64_t x) const {
    const int64_t q = x + border;
    return (y + border) * row + (stride == 1 ? q : (q & 1) * columns + (q >> 1)) * channels;
  }
  /** Distance from the first tap of a window to tap (r, s), both counted in pixels. */
  int64_t Tap(int64_t r, int64_t s) const {
    return r * row + (stride == 1 ? s : (s & 1) * columns + (s >> 1)) * channels;
  }
  /** Where the window of the result (i, 0) begins. */
  int64_t Window(int64_t i) const { return i * stride * row; }
};

/** Puts one image of [h, w, c] into its plane; the border is left as it is. @param step 2 reads every second pixel */
inline void Fill(const Layout& layout, const float* image, int64_t h, int64_t w, int64_t step, int64_t image_row, Map map,
                 float* plane) {
  for (int64_t y = 0; y < h; ++y) {
    const float* from = image + y * step * image_row;
    if (layout.stride == 1 && step == 1) {
      CopyMapped(from, w * layout.channels, map, plane + layout.At(y, 0));
    } else {
      for (int64_t x = 0; x < w; ++x) {
        CopyMapped(from + x * step * layout.channels, layout.channels, map, plane + layout.At(y, x));
      }
    }
  }
}

}  // namespace bnas
