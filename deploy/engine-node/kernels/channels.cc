// Channels put together, taken apart and shuffled.
#include "lanes.h"
#include "op.h"

namespace bnas {
namespace {

template <int kMany>
void CopyExactly(const float* from, int64_t from_step, int64_t pixels, float* to, int64_t to_step) {
  for (int64_t p = 0; p < pixels; ++p) std::memcpy(to + p * to_step, from + p * from_step, kMany * sizeof(float));
}

/** So many channels of every pixel. */
void Copy(const float* from, int64_t from_step, int64_t channels, int64_t pixels, float* to, int64_t to_step) {
  switch (channels) {
    case 8: return CopyExactly<8>(from, from_step, pixels, to, to_step);
    case 16: return CopyExactly<16>(from, from_step, pixels, to, to_step);
    case 32: return CopyExactly<32>(from, from_step, pixels, to, to_step);
    case 64: return CopyExactly<64>(from, from_step, pixels, to, to_step);
    default:
      for (int64_t p = 0; p < pixels; ++p) {
        std::memcpy(to + p * to_step, from + p * from_step, static_cast<size_t>(channels) * sizeof(float));
      }
  }
}

void Concat(Call& call, const Options&) {
  std::vector<Image> parts;
  int64_t channels = 0;
  for (int k = 0; k < call.inputs(); ++k) {
    parts.push_back(call.Input(k));
    channels += parts.back().c;
  }
  const Image& first = parts.front();
  const Image y = call.Output(0, {first.n, first.h, first.w, channels});
  int64_t begin = 0;
  for (const Image& part : parts) {
    Copy(part.data, part.c, part.c, part.pixels(), y.data + begin, channels);
    begin += part.c;
  }
}

void Slice(Call& call, const Options& options) {
  const Image x = call.Input(0);
  const Image y = call.Output(0, {x.n, x.h, x.w, options.size});
  Copy(x.data + options.begin, x.c, y.c, x.pixels(), y.data, y.c);
}

void SliceGrad(Call& call, const Options& options) {
  const Image dy = call.Input(0);
  const Image dx = call.Output(0, {dy.n, dy.h, dy.w, options.channels});
  std::memset(dx.data, 0, static_cast<size_t>(dx.size()) * sizeof(float));
  Copy(dy.data, dy.c, dy.c, dy.pixels(), dx.data + options.begin, dx.c);
}

/** Channel g * n + i to i * groups + g, where c = groups * n. */
void Shuffle(Call& call, const Options& options) {
  const Image x = call.Input(0);
  const Image y = call.OutputLike(0, x);
  const int64_t groups = options.groups, n = x.c / groups;
  for (int64_t p = 0; p < x.pixels(); ++p) {
    const float* from = x.data + p * x.c;
    float* to = y.data + p * x.c;
    if (groups == 2) {
      for (int64_t i = 0; i < n; ++i) {
        to[2 * i] = from[i];
        to[2 * i + 1] = from[n + i];
      }
    } else if (n == 2) {
      for (int64_t g = 0; g < groups; ++g) {
        to[g] = from[2 * g];
        to[groups + g] = from[2 * g + 1];
      }
    } else {
      for (int64_t g = 0; g < groups; ++g) {
        for (int64_t i = 0; i < n; ++i) to[i * groups + g] = from[g * n + i];
      }
    }
  }
}

}  // namespace

const std::vector<Operation> kChannels = {
    {"BnasConcat", {"xs: N * float"}, {"y: float"}, {"N"}, Concat},
    {"BnasSlice", {"x: float"}, {"y: float"}, {"begin", "size"}, Slice},
    {"BnasSliceGrad", {"dy: float"}, {"dx: float"}, {"begin", "channels"}, SliceGrad},
    {"BnasShuffle", {"x: float"}, {"y: float"}, {"groups"}, Shuffle},
};

}  // namespace bnas
