// Weights as they are convolved with: as they are, or by their signs and the mean of their magnitudes.
#pragma once

#include <cmath>
#include <vector>

#include "op.h"

namespace bnas {

struct Weights {
  /** Signs, or the weights. */
  std::vector<float> values;
  /** Comes after the sum: sums of signs are exact. */
  float scale = 1;

  Weights(const Image& w, bool xnor) : values(w.data, w.data + w.size()) {
    if (!xnor) return;
    double sum = 0;
    for (float& value : values) {
      sum += std::fabs(value);
      value = value >= 0 ? 1.0f : -1.0f;
    }
    scale = static_cast<float>(sum / static_cast<double>(values.size()));
  }
};

/** dL/dw from the gradient of the weights as they are convolved with: times 1/n + scale * 1[|w| <= 1] for signs. */
inline void UnmapWeights(const Image& w, bool xnor, const double* gradient, float* to) {
  const double scale = xnor ? Weights(w, true).scale : 0;
  for (int64_t i = 0; i < w.size(); ++i) {
    const double factor =
        xnor ? 1.0 / static_cast<double>(w.size()) + (std::fabs(w.data[i]) <= 1 ? scale : 0.0) : 1.0;
    to[i] = static_cast<float>(gradient[i] * factor);
  }
}

}  // namespace bnas
