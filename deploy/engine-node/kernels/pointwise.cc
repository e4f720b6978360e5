// 1x1 convolution and its gradients: pixels times a small matrix.
#include <algorithm>

#include "op.h"
#include "plane.h"
#include "weights.h"

namespace bnas {
namespace {

/** So many pixels at once stay in the nearest cache between the passes over them. */
int64_t BlockOf(int64_t channels) { return std::max<int64_t>(8, std::min<int64_t>(256, 8192 / channels / 8 * 8)); }

template <int N, int kPixels, int kVectors>
BNAS_INLINE void Block(const float* x, int64_t inputs, const float* matrix, float* y, int64_t outputs, float scale) {
  typename Vector<N>::Float sums[kPixels][kVectors] = {};
  for (int64_t i = 0; i < inputs; ++i) {
    typename Vector<N>::Float row[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) row[v] = Load<N>(matrix + (v * inputs + i) * N);
#pragma GCC unroll 8
    for (int p = 0; p < kPixels; ++p) {
      const float value = x[p * inputs + i];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[p][v] += row[v] * value;
    }
  }
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) Store<N>(y + p * outputs + v * N, sums[p][v] * scale);
  }
}

template <int N, int kVectors>
void Columns(const float* x, int64_t pixels, int64_t inputs, const float* matrix, float* y, int64_t outputs, float scale) {
  int64_t p = 0;
  for (; p + 8 <= pixels; p += 8) {
    Block<N, 8, kVectors>(x + p * inputs, inputs, matrix, y + p * outputs, outputs, scale);
  }
  for (; p < pixels; ++p) Block<N, 1, kVectors>(x + p * inputs, inputs, matrix, y + p * outputs, outputs, scale);
}

/** A matrix [inputs, outputs] by columns as wide as a vector: whole ones, then halves of 8 or 4, then single columns. */
class Matrix {
 public:
  Matrix(const float* values, int64_t inputs, int64_t outputs, bool transposed) : inputs_(inputs), outputs_(outputs) {
    ordered_.reserve(static_cast<size_t>(inputs * outputs));
    Each([&](int64_t first, int width) {
      for (int64_t i = 0; i < inputs; ++i) {
        for (int64_t o = first; o < first + width; ++o) {
          ordered_.push_back(transposed ? values[o * inputs + i] : values[i * outputs + o]);
        }
      }
    });
  }

  /** y [pixels, outputs] = scale * x [pixels, inputs] times this. */
  void Times(const float* x, int64_t pixels, float scale, float* y) const {
    int64_t o = 0;
    const float* m = ordered_.data();
    for (; o + 2 * kLanes <= outputs_; o += 2 * kLanes, m += 2 * kLanes * inputs_) {
      Columns<kLanes, 2>(x, pixels, inputs_, m, y + o, outputs_, scale);
    }
    for (; o + kLanes <= outputs_; o += kLanes, m += kLanes * inputs_) {
      Columns<kLanes, 1>(x, pixels, inputs_, m, y + o, outputs_, scale);
    }
    for (; kLanes > 8 && o + 8 <= outputs_; o += 8, m += 8 * inputs_) {
      Columns<8, 1>(x, pixels, inputs_, m, y + o, outputs_, scale);
    }
    for (; o + 4 <= outputs_; o += 4, m += 4 * inputs_) Columns<4, 1>(x, pixels, inputs_, m, y + o, outputs_, scale);
    for (; o < outputs_; ++o, m += inputs_) Columns<1, 1>(x, pixels, inputs_, m, y + o, outputs_, scale);
  }

 private:
  template <typename F>
  void Each(F f) const {
    int64_t o = 0;
    for (int width : {kLanes, 8, 4, 1}) {
      for (; o + width <= outputs_; o += width) f(o, width);
    }
  }
  int64_t inputs_, outputs_;
  std::vector<float> ordered_;
};

/** Reads pixels in order: all, or (2i + offset, 2j + offset). */
struct Pixels {
  Image x;
  int64_t stride, offset, h, w;
  Pixels(const Image& image, const Options& options)
      : x(image),
        stride(options.stride),
        offset(options.offset),
        h(stride == 1 ? image.h : (image.h - offset + 1) / 2),
        w(stride == 1 ? image.w : (image.w - offset + 1) / 2) {}
  int64_t count() const { return x.n * h * w; }
  int64_t At(int64_t pixel) const {
    if (stride == 1) return pixel * x.c;
    const int64_t column = pixel % w, row = pixel / w % h, image = pixel / w / h;
    return ((image * x.h + 2 * row + offset) * x.w + 2 * column + offset) * x.c;
  }
  /** The pixels from `first` on, through a map. */
  const float* Read(int64_t first, int64_t many, Map map, float* memory) const {
    if (stride == 1 && map == Map::kNone) return x.data + first * x.c;
    if (stride == 1) {
      CopyMapped(x.data + first * x.c, many * x.c, map, memory);
    } else {
      for (int64_t p = 0; p < many; ++p) CopyMapped(x.data + At(first + p), x.c, map, memory + p * x.c);
    }
    return memory;
  }
};

thread_local Scratch read_memory, product_memory;

void Forward(Call& call, const Options& options) {
  const Image x = call.Input(0), w = call.Input(1);
  const Pixels pixels(x, options);
  const Image y = call.Output(0, {x.n, pixels.h, pixels.w, w.c});
  const Weights weights(w, options.xnor);
  const Matrix matrix(weights.values.data(), x.c, w.c, false);
  const int64_t block = BlockOf(x.c);
  float* memory = read_memory.Take(block * x.c);
  for (int64_t p = 0; p < pixels.count(); p += block) {
    const int64_t many = std::min(block, pixels.count() - p);
    const float* read = pixels.Read(p, many, static_cast<Map>(options.input), memory);
    matrix.Times(read, many, weights.scale, y.data + p * y.c);
  }
}

/** The gradient of the input, block by block of pixels. */
class InputGradient {
 public:
  InputGradient(const Image& x, const Image& w, const Image& dy, const Image& dx, const Options& options)
      : dy_(dy),
        dx_(dx),
        pixels_(x, options),
        weights_(w, options.xnor),
        matrix_(weights_.values.data(), dy.c, x.c, true),
        map_(static_cast<Map>(options.input)),
        product_(product_memory.Take(BlockOf(std::max(x.c, dy.c)) * x.c)) {
    if (options.stride == 2) std::memset(dx.data, 0, static_cast<size_t>(dx.size()) * sizeof(float));
  }

  void Of(int64_t first, int64_t many) {
    const Image& x = pixels_.x;
    float* to = pixels_.stride == 1 ? dx_.data + first * x.c : product_;
    matrix_.Times(dy_.data + first * dy_.c, many, weights_.scale, to);
    if (pixels_.stride == 1) {
      if (map_ != Map::kNone) Unmap(to, x.data + first * x.c, many * x.c, map_, to);
      return;
    }
    for (int64_t p = 0; p < many; ++p) {
      const int64_t at = pixels_.At(first + p);
      Unmap(product_ + p * x.c, x.data + at, x.c, map_, dx_.data + at);
    }
  }

 private:
  Image dy_, dx_;
  Pixels pixels_;
  Weights weights_;
  Matrix matrix_;
  Map map_;
  float* product_;
};

template <int N, int kInputs>
BNAS_INLINE void Outer(const float* x, int64_t inputs, const float* dy, int64_t outputs, int64_t pixels, double* to,
                       int64_t to_row) {
  typename Vector<N>::Float sums[kInputs] = {};
  for (int64_t p = 0; p < pixels; ++p) {
    const typename Vector<N>::Float gradient = Load<N>(dy + p * outputs);
#pragma GCC unroll 16
    for (int i = 0; i < kInputs; ++i) sums[i] += gradient * x[p * inputs + i];
  }
  for (int i = 0; i < kInputs; ++i) {
    for (int lane = 0; lane < N; ++lane) to[i * to_row + lane] += sums[i][lane];
  }
}

template <int N>
void OuterColumns(const float* x, int64_t inputs, const float* dy, int64_t outputs, int64_t pixels, double* to) {
  int64_t i = 0;
  for (; i + 16 <= inputs; i += 16) Outer<N, 16>(x + i, inputs, dy, outputs, pixels, to + i * outputs, outputs);
  for (; i + 8 <= inputs; i += 8) Outer<N, 8>(x + i, inputs, dy, outputs, pixels, to + i * outputs, outputs);
  for (; i < inputs; ++i) Outer<N, 1>(x + i, inputs, dy, outputs, pixels, to + i * outputs, outputs);
}

/** The gradient of the weights, block by block of pixels. */
class WeightGradient {
 public:
  WeightGradient(const Image& x, const Image& w, const Image& dy, const Options& options)
      : w_(w),
        dy_(dy),
        xnor_(options.xnor),
        pixels_(x, options),
        map_(static_cast<Map>(options.input)),
        memory_(read_memory.Take(BlockOf(std::max(x.c, dy.c)) * x.c)),
        gradient_(static_cast<size_t>(w.size())) {}

  void Of(int64_t first, int64_t many) {
    const float* x = pixels_.Read(first, many, map_, memory_);
    const float* dy = dy_.data + first * dy_.c;
    const int64_t inputs = pixels_.x.c, outputs = dy_.c;
    double* to = gradient_.data();
    int64_t o = 0;
    for (; o + kLanes <= outputs; o += kLanes) OuterColumns<kLanes>(x, inputs, dy + o, outputs, many, to + o);
    for (; kLanes > 8 && o + 8 <= outputs; o += 8) OuterColumns<8>(x, inputs, dy + o, outputs, many, to + o);
    for (; o + 4 <= outputs; o += 4) OuterColumns<4>(x, inputs, dy + o, outputs, many, to + o);
    for (; o < outputs; ++o) OuterColumns<1>(x, inputs, dy + o, outputs, many, to + o);
  }

  void Store(float* to) const { UnmapWeights(w_, xnor_, gradient_.data(), to); }

 private:
  Image w_, dy_;
  bool xnor_;
  Pixels pixels_;
  Map map_;
  float* memory_;
  std::vector<double> gradient_;
};

template <typename F>
void EachBlock(const Image& x, const Image& dy, F f) {
  const int64_t block = BlockOf(std::max(x.c, dy.c));
  for (int64_t p = 0; p < dy.pixels(); p += block) f(p, std::min(block, dy.pixels() - p));
}

void GradX(Call& call, const Options& options) {
  const Image x = call.Input(0), w = call.Input(1), dy = call.Input(2);
  InputGradient input(x, w, dy, call.OutputLike(0, x), options);
  EachBlock(x, dy, [&](int64_t first, int64_t many) { input.Of(first, many); });
}

/** Both at once: the pixels are read once. */
void Grad(Call& call, const Options& options) {
  const Image x = call.Input(0), w = call.Input(1), dy = call.Input(2);
  WeightGradient weight(x, w, dy, options);
  InputGradient input(x, w, dy, call.OutputLike(1, x), options);
  EachBlock(x, dy, [&](int64_t first, int64_t many) {
    weight.Of(first, many);
    input.Of(first, many);
  });
  weight.Store(call.Output(0, {x.c, dy.c}).data);
}

}  // namespace

const std::vector<Operation> kPointwise = {
    {"BnasPointwise",
     {"x: float", "w: float"}, {"y: float"},
     {"stride", "offset", "input", "xnor"}, Forward},
    {"BnasPointwiseGradX",
     {"x: float", "w: float", "dy: float"}, {"dx: float"},
     {"stride", "offset", "input", "xnor"}, GradX},
    {"BnasPointwiseGrad",
     {"x: float", "w: float", "dy: float"}, {"dw: float", "dx: float"},
     {"stride", "offset", "input", "xnor"}, Grad},
};

}  // namespace bnas
