// Operations of TensorFlow, by its C API.
#pragma once

#include <tensorflow/c/kernels.h>
#include <tensorflow/c/ops.h>
#include <tensorflow/c/tf_tensor.h>

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace bnas {

/** The attributes of an operation; each has the ones that its definition names. */
struct Options {
  int stride = 1, dilation = 1, offset = 0, size = 3;
  /** What is applied to the input: 0 nothing, 1 relu, 2 sign. */
  int input = 0;
  /** Whether the weights enter by their signs and the mean of their magnitudes. */
  int xnor = 0;
  int height = 0, width = 0;
  int begin = 0, channels = 0, groups = 1, index = 0;
};

/** [batch, height, width, channels]; a vector has channels only. */
struct Image {
  float* data = nullptr;
  int64_t n = 1, h = 1, w = 1, c = 1;
  int64_t pixels() const { return n * h * w; }
  int64_t size() const { return pixels() * c; }
  int64_t row() const { return w * c; }
};

/** A call that cannot continue: its status says why, and is passed to TensorFlow. */
struct Stopped {};

/** A call of an operation: its inputs, and how to make its outputs. Throws Stopped where there is no memory for one. */
class Call {
 public:
  Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelContext_Failure(context_, status_);
    for (TF_Tensor* tensor : held_) TF_DeleteTensor(tensor);
    TF_DeleteStatus(status_);
  }
  Call(const Call&) = delete;

  void Fail(TF_Code code, const char* reason) { TF_SetStatus(status_, code, reason); }
  int inputs() const { return TF_NumInputs(context_); }
  Image Input(int index);
  const uint8_t* Bytes(int index);
  Image Output(int index, std::initializer_list<int64_t> shape);
  uint8_t* OutputBytes(int index, std::initializer_list<int64_t> shape);
  Image OutputLike(int index, const Image& image) { return Output(index, {image.n, image.h, image.w, image.c}); }

 private:
  TF_Tensor* Taken(int index);
  TF_Tensor* Made(int index, std::initializer_list<int64_t> shape, TF_DataType type, size_t size);
  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> held_;
};

using Compute = void (*)(Call& call, const Options& options);

struct Operation {
  const char* name;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  /** Names of members of Options, and N for the length of a list. */
  std::vector<const char*> attributes;
  Compute compute;
};

/** What each file offers. */
extern const std::vector<Operation> kDepthwise, kPointwise, kNorm, kMaxPool, kAveragePool, kSums, kChannels;

}  // namespace bnas
