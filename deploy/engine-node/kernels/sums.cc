// Weighted sums of activations, and their gradients: every one is read once.
#include <algorithm>

#include "lanes.h"
#include "op.h"

namespace bnas {
namespace {

/** So many floats of a sum stay in the nearest cache while its summands pass. */
constexpr int64_t kBlock = 2048;

template <int kMany, bool kFirst>
BNAS_INLINE void Add(const float* const* from, const float* weight, int64_t count, float* to) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Lanes sum = kFirst ? Load(from[0] + i) * weight[0] : Load(to + i) + Load(from[0] + i) * weight[0];
#pragma GCC unroll 4
    for (int k = 1; k < kMany; ++k) sum += Load(from[k] + i) * weight[k];
    Store(to + i, sum);
  }
  for (; i < count; ++i) {
    float sum = kFirst ? from[0][i] * weight[0] : to[i] + from[0][i] * weight[0];
    for (int k = 1; k < kMany; ++k) sum += from[k][i] * weight[k];
    to[i] = sum;
  }
}

void Forward(Call& call, const Options&) {
  const Image weights = call.Input(0);
  const int many = call.inputs() - 1;
  std::vector<const float*> from(static_cast<size_t>(many));
  Image first;
  for (int k = 0; k < many; ++k) {
    const Image x = call.Input(k + 1);
    if (k == 0) first = x;
    from[static_cast<size_t>(k)] = x.data;
  }
  const Image y = call.OutputLike(0, first);
  std::vector<const float*> at(from.size());
  for (int64_t begin = 0; begin < y.size(); begin += kBlock) {
    const int64_t count = std::min(kBlock, y.size() - begin);
    for (size_t k = 0; k < from.size(); ++k) at[k] = from[k] + begin;
    float* to = y.data + begin;
    int k = 0;
    if (many >= 4) {
      Add<4, true>(at.data(), weights.data, count, to);
      for (k = 4; k + 4 <= many; k += 4) Add<4, false>(&at[k], weights.data + k, count, to);
    } else {
      Add<1, true>(at.data(), weights.data, count, to);
      k = 1;
    }
    for (; k < many; ++k) Add<1, false>(&at[k], weights.data + k, count, to);
  }
}

void GradX(Call& call, const Options& options) {
  const Image weights = call.Input(0), dy = call.Input(1);
  const Image dx = call.OutputLike(0, dy);
  const float* from = dy.data;
  Add<1, true>(&from, weights.data + options.index, dy.size(), dx.data);
}

void GradWeights(Call& call, const Options&) {
  const Image dy = call.Input(0);
  const int many = call.inputs() - 1;
  std::vector<const float*> from(static_cast<size_t>(many));
  for (int k = 0; k < many; ++k) from[static_cast<size_t>(k)] = call.Input(k + 1).data;
  const Image result = call.Output(0, {many});
  std::vector<double> totals(static_cast<size_t>(many));
  for (int64_t begin = 0; begin < dy.size(); begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, dy.size());
    for (int k = 0; k < many; ++k) {
      const float* x = from[static_cast<size_t>(k)];
      Lanes sums[4] = {};
      int64_t i = begin;
      for (; i + 4 * kLanes <= end; i += 4 * kLanes) {
#pragma GCC unroll 4
        for (int u = 0; u < 4; ++u) sums[u] += Load(dy.data + i + u * kLanes) * Load(x + i + u * kLanes);
      }
      const Lanes sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
      double total = 0;
      for (int lane = 0; lane < kLanes; ++lane) total += sum[lane];
      for (; i < end; ++i) total += static_cast<double>(dy.data[i]) * x[i];
      totals[static_cast<size_t>(k)] += total;
    }
  }
  for (int k = 0; k < many; ++k) result.data[k] = static_cast<float>(totals[static_cast<size_t>(k)]);
}

}  // namespace

const std::vector<Operation> kSums = {
    {"BnasWeightedSum", {"weights: float", "xs: N * float"}, {"y: float"}, {"N"}, Forward},
    {"BnasWeightedSumGradX", {"weights: float", "dy: float"}, {"dx: float"}, {"index"}, GradX},
    {"BnasWeightedSumGradWeights", {"dy: float", "xs: N * float"}, {"dweights: float"}, {"N"}, GradWeights},
};

}  // namespace bnas
