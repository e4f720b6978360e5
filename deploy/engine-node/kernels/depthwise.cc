// Depthwise convolution, 3x3 or 5x5, and its gradients.
#include "op.h"
#include "plane.h"
#include "weights.h"
#include "window.h"

namespace bnas {
namespace {

/** With a stride and a dilation of 2 every tap meets even pixels only: the plain convolution of those. */
struct Plan {
  int k, stride, dilation, step;
  int64_t border, h, w, out_h, out_w;
  Plan(const Image& x, int k_, const Options& options) : k(k_), stride(options.stride), dilation(options.dilation), step(1) {
    if (stride == 2 && dilation == 2) {
      step = 2;
      stride = dilation = 1;
    }
    h = (x.h + step - 1) / step;
    w = (x.w + step - 1) / step;
    border = dilation * (k - 1) / 2;
    out_h = (h + stride - 1) / stride;
    out_w = (w + stride - 1) / stride;
  }
  Layout layout(int64_t c) const { return Layout(h, w, c, border, stride, k); }
};

thread_local Scratch plane_memory, row_memory, weight_memory, upstream_memory, upstream_row_memory;

void Forward(Call& call, const Options& options) {
  const Image x = call.Input(0), w = call.Input(1);
  const int64_t c = x.c;
  const Plan plan(x, static_cast<int>(w.h), options);  // [k,k,c] is an image of k rows.
  const Image y = call.Output(0, {x.n, plan.out_h, plan.out_w, c});
  const Layout layout = plan.layout(c);
  const Weights weights(w, options.xnor);
  const Taps taps = TapsOf(layout, plan.k, plan.dilation, false);
  const int period = PeriodOf(c);
  float* spread = weight_memory.Take(period * taps.count * kLanes);
  Spread(taps, weights.values.data(), c, period, spread);
  float* plane = plane_memory.TakeZeros(layout.size());
  const int64_t vectors = VectorsOf(y.row());
  const bool ragged = vectors * kLanes != y.row();
  float* row = row_memory.Take(vectors * kLanes);
  for (int64_t image = 0; image < x.n; ++image) {
    Fill(layout, x.data + image * x.h * x.row(), plan.h, plan.w, plan.step, x.row(), static_cast<Map>(options.input), plane);
    for (int64_t i = 0; i < y.h; ++i) {
      float* to = y.data + (image * y.h + i) * y.row();
      Row(plane + layout.Window(i), taps, spread, vectors, period, {weights.scale}, ragged ? row : to);
      if (ragged) std::memcpy(to, row, static_cast<size_t>(y.row()) * sizeof(float));
    }
  }
}

/** The gradient of the input, image by image. */
class InputGradient {
 public:
  InputGradient(const Image& x, const Image& w, const Image& dy, const Image& dx, const Options& options)
      : x_(x),
        dy_(dy),
        dx_(dx),
        plan_(x, static_cast<int>(w.h), options),
        layout_(plan_.stride == 1 ? plan_.layout(x.c) : Layout(dy.h, dy.w, x.c, 1, 1, 3)),
        map_(static_cast<Map>(options.input)),
        period_(PeriodOf(x.c)),
        vectors_(VectorsOf(dy.row())),
        plane_(plane_memory.TakeZeros(layout_.size())),
        row_(row_memory.Take(vectors_ * kLanes)) {
    const Weights weights(w, options.xnor);
    scale_ = weights.scale;
    float* spread = weight_memory.Take(4 * period_ * kMostTaps * kLanes);
    for (int parity = 0; parity < (plan_.stride == 1 ? 1 : 4); ++parity) {
      taps_[parity] = plan_.stride == 1 ? TapsOf(layout_, plan_.k, plan_.dilation, true)
                                        : TapsBack(layout_, plan_.k, parity >> 1, parity & 1);
      spread_[parity] = spread + parity * period_ * kMostTaps * kLanes;
      Spread(taps_[parity], weights.values.data(), x.c, period_, spread_[parity]);
    }
  }

  void Of(int64_t image) {
    Fill(layout_, dy_.data + image * dy_.h * dy_.row(), dy_.h, dy_.w, 1, dy_.row(), Map::kNone, plane_);
    if (plan_.stride == 2) return Strided(image);
    const bool ragged = vectors_ * kLanes != dy_.row();
    for (int64_t i = 0; i < dy_.h; ++i) {
      const int64_t at = (image * x_.h + i * plan_.step) * x_.row();
      if (plan_.step == 1 && !ragged) {
        Sums(i, 0, {scale_, map_, x_.data + at}, dx_.data + at);
        continue;
      }
      Sums(i, 0, {scale_}, row_);
      if (plan_.step == 1) {
        Unmap(row_, x_.data + at, dy_.row(), map_, dx_.data + at);
        continue;
      }
      const int64_t rows = i * 2 + 1 < x_.h ? 2 : 1;
      std::memset(dx_.data + at, 0, static_cast<size_t>(rows * x_.row()) * sizeof(float));
      for (int64_t j = 0; j < dy_.w; ++j) Pixel(j, at + 2 * j * x_.c);
    }
  }

 private:
  void Strided(int64_t image) {
    for (int64_t y = 0; y < x_.h; ++y) {
      for (int odd = 0; odd < 2; ++odd) {
        Sums(y >> 1, static_cast<int>(y & 1) * 2 + odd, {scale_}, row_);
        for (int64_t j = 0; 2 * j + odd < x_.w; ++j) Pixel(j, ((image * x_.h + y) * x_.w + 2 * j + odd) * x_.c);
      }
    }
  }
  void Sums(int64_t i, int parity, const Finish& finish, float* to) {
    Row(plane_ + layout_.Window(i), taps_[parity], spread_[parity], vectors_, period_, finish, to);
  }
  void Pixel(int64_t j, int64_t at) { Unmap(row_ + j * x_.c, x_.data + at, x_.c, map_, dx_.data + at); }

  Image x_, dy_, dx_;
  Plan plan_;
  Layout layout_;
  Map map_;
  int period_;
  int64_t vectors_;
  float* plane_;
  float* row_;
  float scale_;
  Taps taps_[4];
  float* spread_[4];
};

/** Products of the results' gradients with every tap's pixels, summed over an image. */
template <int kCount>
void Correlate(const float* plane, const Layout& layout, const int64_t* offset, const float* dy, int64_t dy_row, int64_t rows,
               int64_t vectors, int period, double* sums /* [period][tap of kCount][lane] */, int64_t tap_stride) {
  int64_t at[kCount];
  for (int t = 0; t < kCount; ++t) at[t] = offset[t];
  for (int p = 0; p < period; ++p) {
    Lanes acc[kCount] = {};
    for (int64_t i = 0; i < rows; ++i) {
      const float* in = plane + layout.Window(i);
      const float* upstream = dy + i * dy_row;
      for (int64_t v = p; v < vectors; v += period) {
        const Lanes gradient = Load(upstream + v * kLanes);
#pragma GCC unroll 9
        for (int t = 0; t < kCount; ++t) acc[t] += gradient * Load(in + at[t] + v * kLanes);
      }
    }
    for (int t = 0; t < kCount; ++t) {
      for (int lane = 0; lane < kLanes; ++lane) sums[(p * tap_stride + t) * kLanes + lane] += acc[t][lane];
    }
  }
}

/** The gradient of the weights, image by image. */
class WeightGradient {
 public:
  WeightGradient(const Image& x, const Image& w, const Image& dy, const Options& options)
      : x_(x),
        w_(w),
        dy_(dy),
        xnor_(options.xnor),
        plan_(x, static_cast<int>(w.h), options),
        layout_(plan_.layout(x.c)),
        map_(static_cast<Map>(options.input)),
        taps_(TapsOf(layout_, plan_.k, plan_.dilation, false)),
        period_(PeriodOf(x.c)),
        vectors_(VectorsOf(dy.row())),
        plane_(upstream_memory.TakeZeros(layout_.size())),
        sums_(static_cast<size_t>(period_ * taps_.count * kLanes)) {
    if (ragged()) rows_ = upstream_row_memory.TakeZeros(dy.h * vectors_ * kLanes);
  }

  void Of(int64_t image) {
    Fill(layout_, x_.data + image * x_.h * x_.row(), plan_.h, plan_.w, plan_.step, x_.row(), map_, plane_);
    const float* upstream = dy_.data + image * dy_.h * dy_.row();
    int64_t row = dy_.row();
    if (ragged()) {
      for (int64_t i = 0; i < dy_.h; ++i) {
        std::memcpy(rows_ + i * vectors_ * kLanes, upstream + i * row, static_cast<size_t>(row) * sizeof(float));
      }
      upstream = rows_;
      row = vectors_ * kLanes;
    }
    // As many sums at once as there are registers.
    if (plan_.k == 3) {
      Correlate<9>(plane_, layout_, taps_.offset, upstream, row, dy_.h, vectors_, period_, sums_.data(), taps_.count);
      return;
    }
    for (int r = 0; r < 5; ++r) {
      Correlate<5>(plane_, layout_, taps_.offset + r * 5, upstream, row, dy_.h, vectors_, period_,
                   sums_.data() + r * 5 * kLanes, taps_.count);
    }
  }

  void Store(float* to) const {
    std::vector<double> gradient(static_cast<size_t>(w_.size()));
    for (int p = 0; p < period_; ++p) {
      for (int t = 0; t < taps_.count; ++t) {
        for (int lane = 0; lane < kLanes; ++lane) {
          gradient[static_cast<size_t>(t * x_.c + (p * kLanes + lane) % x_.c)] +=
              sums_[static_cast<size_t>((p * taps_.count + t) * kLanes + lane)];
        }
      }
    }
    UnmapWeights(w_, xnor_, gradient.data(), to);
  }

 private:
  bool ragged() const { return vectors_ * kLanes != dy_.row(); }

  Image x_, w_, dy_;
  bool xnor_;
  Plan plan_;
  Layout layout_;
  Map map_;
  Taps taps_;
  int period_;
  int64_t vectors_;
  float* plane_;
  float* rows_ = nullptr;
  std::vector<double> sums_;
};

void GradX(Call& call, const Options& options) {
  const Image x = call.Input(0), w = call.Input(1), dy = call.Input(2);
  InputGradient input(x, w, dy, call.OutputLike(0, x), options);
  for (int64_t image = 0; image < x.n; ++image) input.Of(image);
}

/** Both at once: the images are read once. */
void Grad(Call& call, const Options& options) {
  const Image x = call.Input(0), w = call.Input(1), dy = call.Input(2);
  WeightGradient weight(x, w, dy, options);
  InputGradient input(x, w, dy, call.OutputLike(1, x), options);
  for (int64_t image = 0; image < x.n; ++image) {
    weight.Of(image);
    input.Of(image);
  }
  weight.Store(call.Output(0, {w.h, w.w, w.c}).data);
}

}  // namespace

const std::vector<Operation> kDepthwise = {
    {"BnasDepthwise",
     {"x: float", "w: float"}, {"y: float"},
     {"stride", "dilation", "input", "xnor"}, Forward},
    {"BnasDepthwiseGradX",
     {"x: float", "w: float", "dy: float"}, {"dx: float"},
     {"stride", "dilation", "input", "xnor"}, GradX},
    {"BnasDepthwiseGrad",
     {"x: float", "w: float", "dy: float"}, {"dw: float", "dx: float"},
     {"stride", "dilation", "input", "xnor"}, Grad},
};

}  // namespace bnas
