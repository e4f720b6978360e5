// Batch norm by the statistics of the batch, and its gradient.
#include <algorithm>
#include <cmath>

#include "lanes.h"
#include "op.h"

namespace bnas {
namespace {

constexpr double kEpsilon = 1e-5;  // packages/kernels/src/epsilon.ts

/** An activation as rows of whole vectors in which channels are at the same places, and what is left at the end. */
struct Rows {
  int period;
  int64_t row, rows, size, c;
  explicit Rows(const Image& x)
      : period(PeriodOf(x.c)), row(static_cast<int64_t>(period) * kLanes), rows(x.size() / row), size(x.size()), c(x.c) {}
};

constexpr int64_t kBlock = 64;

/** Adds up f(vector index in memory) over rows [first, last) of the vectors of place p. */
template <typename F>
BNAS_INLINE Lanes SumOver(const Rows& rows, int p, int64_t first, int64_t last, F f) {
  Lanes sums[4] = {};  // Additions need not wait for one another.
  int64_t r = first;
  for (; r + 4 <= last; r += 4) {
#pragma GCC unroll 4
    for (int u = 0; u < 4; ++u) sums[u] += f((r + u) * rows.row + p * kLanes);
  }
  for (; r < last; ++r) sums[0] += f(r * rows.row + p * kLanes);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

std::vector<float> Repeated(const Rows& rows, const std::vector<double>& values) {
  std::vector<float> repeated(static_cast<size_t>(rows.row));
  for (int64_t i = 0; i < rows.row; ++i) repeated[i] = static_cast<float>(values[i % rows.c]);
  return repeated;
}

void Forward(Call& call, const Options&) {
  const Image x = call.Input(0);
  const Image y = call.OutputLike(0, x), mean = call.Output(1, {x.c}), variance = call.Output(2, {x.c});
  const Rows rows(x);
  const float* from = x.data;
  std::vector<double> sums(static_cast<size_t>(x.c)), squares(static_cast<size_t>(x.c));
  for (int64_t first = 0; first < rows.rows; first += kBlock) {
    const int64_t last = std::min(first + kBlock, rows.rows);
    const float share = 1.0f / static_cast<float>(last - first);
    for (int p = 0; p < rows.period; ++p) {
      const Lanes sum = SumOver(rows, p, first, last, [&](int64_t at) { return Load(from + at); });
      // Squares about the block's own mean: nothing is lost where the mean is large.
      const Lanes center = sum * share;
      const Lanes square = SumOver(rows, p, first, last, [&](int64_t at) {
        const Lanes off = Load(from + at) - center;
        return off * off;
      });
      for (int lane = 0; lane < kLanes; ++lane) {
        const size_t channel = static_cast<size_t>((p * kLanes + lane) % x.c);
        const double own = center[lane], total = sum[lane];
        sums[channel] += total;
        squares[channel] += square[lane] + own * (2 * total - own * static_cast<double>(last - first));
      }
    }
  }
  for (int64_t i = rows.rows * rows.row; i < rows.size; ++i) {
    const double value = from[i];
    sums[i % x.c] += value;
    squares[i % x.c] += value * value;
  }
  const double count = static_cast<double>(x.pixels());
  std::vector<double> means(static_cast<size_t>(x.c)), inverses(static_cast<size_t>(x.c));
  for (int64_t channel = 0; channel < x.c; ++channel) {
    means[channel] = sums[channel] / count;
    const double spread = std::max(squares[channel] / count - means[channel] * means[channel], 0.0);
    mean.data[channel] = static_cast<float>(means[channel]);
    variance.data[channel] = static_cast<float>(spread);
    inverses[channel] = 1 / std::sqrt(spread + kEpsilon);
  }
  const std::vector<float> center = Repeated(rows, means), inverse = Repeated(rows, inverses);
  for (int64_t r = 0; r < rows.rows; ++r) {
    for (int p = 0; p < rows.period; ++p) {
      const int64_t at = r * rows.row + p * kLanes;
      Store(y.data + at, (Load(from + at) - Load(&center[p * kLanes])) * Load(&inverse[p * kLanes]));
    }
  }
  for (int64_t i = rows.rows * rows.row; i < rows.size; ++i) y.data[i] = (from[i] - center[i % x.c]) * inverse[i % x.c];
}

/** dx = (dy - mean(dy) - y * mean(dy * y)) / deviation, times one of the scales. */
void Backward(Call& call, const Options& options) {
  const Image y = call.Input(0), variance = call.Input(1), dy = call.Input(2), scales = call.Input(3);
  const double scale = scales.data[options.index];
  const Image dx = call.OutputLike(0, y);
  const Rows rows(y);
  std::vector<double> sums(static_cast<size_t>(y.c)), products(static_cast<size_t>(y.c));
  for (int64_t first = 0; first < rows.rows; first += kBlock) {
    const int64_t last = std::min(first + kBlock, rows.rows);
    for (int p = 0; p < rows.period; ++p) {
      const Lanes sum = SumOver(rows, p, first, last, [&](int64_t at) { return Load(dy.data + at); });
      const Lanes product = SumOver(rows, p, first, last, [&](int64_t at) { return Load(dy.data + at) * Load(y.data + at); });
      for (int lane = 0; lane < kLanes; ++lane) {
        const size_t channel = static_cast<size_t>((p * kLanes + lane) % y.c);
        sums[channel] += sum[lane];
        products[channel] += product[lane];
      }
    }
  }
  for (int64_t i = rows.rows * rows.row; i < rows.size; ++i) {
    sums[i % y.c] += dy.data[i];
    products[i % y.c] += static_cast<double>(dy.data[i]) * y.data[i];
  }
  const double count = static_cast<double>(y.pixels());
  std::vector<double> inverses(static_cast<size_t>(y.c));
  for (int64_t channel = 0; channel < y.c; ++channel) {
    inverses[channel] = scale / std::sqrt(static_cast<double>(variance.data[channel]) + kEpsilon);
    sums[channel] /= count;
    products[channel] /= count;
  }
  const std::vector<float> inverse = Repeated(rows, inverses), shift = Repeated(rows, sums), slope = Repeated(rows, products);
  for (int64_t r = 0; r < rows.rows; ++r) {
    for (int p = 0; p < rows.period; ++p) {
      const int64_t at = r * rows.row + p * kLanes;
      const Lanes off = Load(dy.data + at) - Load(&shift[p * kLanes]) - Load(y.data + at) * Load(&slope[p * kLanes]);
      Store(dx.data + at, off * Load(&inverse[p * kLanes]));
    }
  }
  for (int64_t i = rows.rows * rows.row; i < rows.size; ++i) {
    const int64_t channel = i % y.c;
    dx.data[i] = (dy.data[i] - shift[channel] - y.data[i] * slope[channel]) * inverse[channel];
  }
}

}  // namespace

const std::vector<Operation> kNorm = {
    {"BnasBatchNorm", {"x: float"}, {"y: float", "mean: float", "variance: float"}, {}, Forward},
    {"BnasBatchNormGrad", {"y: float", "variance: float", "dy: float", "scales: float"}, {"dx: float"}, {"index"}, Backward},
};

}  // namespace bnas
