#include "op.h"

#include <node_api.h>

#include <cstddef>
#include <cstring>
#include <mutex>
#include <new>
#include <string>

namespace bnas {
namespace {

Image ImageOf(TF_Tensor* tensor) {
  Image image;
  image.data = static_cast<float*>(TF_TensorData(tensor));
  const int rank = TF_NumDims(tensor);
  int64_t* const extents[] = {&image.c, &image.w, &image.h, &image.n};
  for (int from_last = 0; from_last < rank && from_last < 4; ++from_last) {
    *extents[from_last] = TF_Dim(tensor, rank - 1 - from_last);
  }
  return image;
}

struct Member {
  const char* name;
  int Options::*member;
};

constexpr Member kMembers[] = {
    {"stride", &Options::stride}, {"dilation", &Options::dilation}, {"offset", &Options::offset},
    {"size", &Options::size},     {"input", &Options::input},       {"xnor", &Options::xnor},
    {"height", &Options::height}, {"width", &Options::width},       {"begin", &Options::begin},
    {"channels", &Options::channels}, {"groups", &Options::groups}, {"index", &Options::index},
};

/** A kernel as TensorFlow keeps it, for every combination of attributes. */
struct Kernel {
  const Operation* operation;
  Options options;
};

/** TensorFlow's C API calls without a word of whose kernel it wants: the operation is part of the function's type. */
template <const std::vector<Operation>& kOperations, int kIndex>
void* Create(TF_OpKernelConstruction* construction) {
  auto* kernel = new Kernel{&kOperations[kIndex], {}};
  TF_Status* status = TF_NewStatus();
  for (const char* name : kernel->operation->attributes) {
    for (const Member& member : kMembers) {
      int32_t value = 0;
      if (std::strcmp(name, member.name) != 0) continue;
      TF_OpKernelConstruction_GetAttrInt32(construction, name, &value, status);
      if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
      kernel->options.*(member.member) = value;
    }
  }
  TF_DeleteStatus(status);
  return kernel;
}

void Run(void* kernel, TF_OpKernelContext* context) {
  const auto* known = static_cast<const Kernel*>(kernel);
  Call call(context);
  try {
    known->operation->compute(call, known->options);
  } catch (const Stopped&) {
  } catch (const std::bad_alloc&) {
    call.Fail(TF_RESOURCE_EXHAUSTED, "no memory is left for a step of an operation");
  }
}

void Delete(void* kernel) { delete static_cast<Kernel*>(kernel); }

void Define(const Operation& operation, void* (*create)(TF_OpKernelConstruction*), TF_Status* status) {
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(operation.name);
  for (const char* name : operation.attributes) {
    const std::string type = std::strcmp(name, "N") == 0 ? ": int >= 1" : ": int";
    TF_OpDefinitionBuilderAddAttr(definition, (name + type).c_str());
  }
  for (const char* input : operation.inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : operation.outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(
      definition, [](TF_ShapeInferenceContext* context, TF_Status* result) {
        TF_ShapeInferenceContextSetUnknownShape(context, result);
      });
  TF_RegisterOpDefinition(definition, status);
  TF_RegisterKernelBuilder(operation.name, TF_NewKernelBuilder(operation.name, "CPU", create, Run, Delete), status);
}

template <const std::vector<Operation>& kOperations, int kIndex = 0>
void DefineAll(TF_Status* status) {
  if constexpr (kIndex < 4) {
    if (kIndex >= static_cast<int>(kOperations.size())) return;
    Define(kOperations[kIndex], Create<kOperations, kIndex>, status);
    DefineAll<kOperations, kIndex + 1>(status);
  }
}

}  // namespace

TF_Tensor* Call::Taken(int index) {
  TF_Tensor* tensor = nullptr;
  TF_GetInput(context_, index, &tensor, status_);
  if (TF_GetCode(status_) != TF_OK) throw Stopped{};
  held_.push_back(tensor);
  return tensor;
}

Image Call::Input(int index) { return ImageOf(Taken(index)); }

const uint8_t* Call::Bytes(int index) { return static_cast<const uint8_t*>(TF_TensorData(Taken(index))); }

TF_Tensor* Call::Made(int index, std::initializer_list<int64_t> shape, TF_DataType type, size_t size) {
  for (int64_t extent : shape) size *= static_cast<size_t>(extent);
  TF_Tensor* tensor =
      TF_AllocateOutput(context_, index, type, shape.begin(), static_cast<int>(shape.size()), size, status_);
  if (TF_GetCode(status_) != TF_OK) throw Stopped{};
  held_.push_back(tensor);
  return tensor;
}

Image Call::Output(int index, std::initializer_list<int64_t> shape) {
  return ImageOf(Made(index, shape, TF_FLOAT, sizeof(float)));
}

uint8_t* Call::OutputBytes(int index, std::initializer_list<int64_t> shape) {
  return static_cast<uint8_t*>(TF_TensorData(Made(index, shape, TF_UINT8, 1)));
}

}  // namespace bnas

/** The operations are the process's: a second worker thread that loads this finds them there. */
NAPI_MODULE_INIT(/* env, exports */) {
  static std::once_flag once;
  static std::string failure;
  std::call_once(once, [] {
    TF_Status* status = TF_NewStatus();
    bnas::DefineAll<bnas::kDepthwise>(status);
    bnas::DefineAll<bnas::kPointwise>(status);
    bnas::DefineAll<bnas::kNorm>(status);
    bnas::DefineAll<bnas::kMaxPool>(status);
    bnas::DefineAll<bnas::kAveragePool>(status);
    bnas::DefineAll<bnas::kSums>(status);
    bnas::DefineAll<bnas::kChannels>(status);
    if (TF_GetCode(status) != TF_OK) failure = TF_Message(status);
    TF_DeleteStatus(status);
  });
  if (!failure.empty()) napi_throw_error(env, nullptr, failure.c_str());
  return exports;
}
