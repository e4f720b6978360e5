// Vectors of floats as wide as the compiler's target has them, and memory to work in.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__AVX512F__)
#define BNAS_LANES 16
#else
#define BNAS_LANES 8
#endif

namespace bnas {

constexpr int kLanes = BNAS_LANES;

template <int N>
struct Vector {
  typedef float Float __attribute__((vector_size(4 * N)));
  typedef float Anywhere __attribute__((vector_size(4 * N), aligned(4), may_alias));
  typedef int32_t Int __attribute__((vector_size(4 * N)));
};

using Lanes = Vector<kLanes>::Float;
using Mask = Vector<kLanes>::Int;

#define BNAS_ALWAYS __attribute__((always_inline))
#define BNAS_INLINE inline BNAS_ALWAYS

template <int N = kLanes>
BNAS_INLINE typename Vector<N>::Float Load(const float* from) {
  return *reinterpret_cast<const typename Vector<N>::Anywhere*>(from);
}

template <int N = kLanes>
BNAS_INLINE void Store(float* to, typename Vector<N>::Float value) {
  *reinterpret_cast<typename Vector<N>::Anywhere*>(to) = value;
}

/** Bytes as whole numbers, and back. */
BNAS_INLINE Vector<kLanes>::Int Widen(const uint8_t* from) {
#if BNAS_LANES == 16
  return reinterpret_cast<Vector<16>::Int>(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
#else
  return reinterpret_cast<Vector<8>::Int>(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
#endif
}

BNAS_INLINE void Narrow(Vector<kLanes>::Int value, uint8_t* to) {
#if BNAS_LANES == 16
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_cvtepi32_epi8(reinterpret_cast<__m512i>(value)));
#else
  const __m256i wide = reinterpret_cast<__m256i>(value);
  const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packus_epi16(words, words));
#endif
}

/** Whole vectors that hold so many floats. */
constexpr int64_t VectorsOf(int64_t floats) { return (floats + kLanes - 1) / kLanes; }

/** Channels repeat every so many vectors of an image's row. */
inline int PeriodOf(int64_t channels) {
  int64_t a = channels, b = kLanes;
  while (b != 0) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return static_cast<int>(channels / a);
}

/** Memory for as long as a kernel runs: what was there is not kept. Every place has its own, every thread too. */
class Scratch {
 public:
  ~Scratch() { std::free(data_); }
  template <typename T = float>
  T* Take(int64_t count) {
    // Vectors may read beyond the end.
    const size_t bytes = (static_cast<size_t>(count) * sizeof(T) + 4 * 64 + 63) / 64 * 64;
    if (bytes > bytes_) {
      std::free(data_);
      bytes_ = 0;
      data_ = std::aligned_alloc(64, bytes);
      if (data_ == nullptr) throw std::bad_alloc{};
      bytes_ = bytes;
    }
    return static_cast<T*>(data_);
  }
  template <typename T = float>
  T* TakeZeros(int64_t count) {
    T* taken = Take<T>(count);
    std::memset(static_cast<void*>(taken), 0, static_cast<size_t>(count) * sizeof(T) + 4 * 64);
    return taken;
  }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace bnas
