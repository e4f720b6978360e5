// Loaded before TensorFlow's libraries, which read the environment as they start. JavaScript cannot do it: what a worker
// thread writes to process.env never reaches the process. What the user has set stays; what holds is handed back, because it
// belongs in the engine's digest.
#include <node_api.h>

#include <cstdlib>

namespace {

struct Default {
  const char* name;
  const char* value;
};

const Default kDefaults[] = {
    {"TF_NUM_INTRAOP_THREADS", "1"},  // A sample trains on one thread; two samples use two cores better.
    {"TF_NUM_INTEROP_THREADS", "1"},
    {"OMP_NUM_THREADS", "1"},
    {"TF_ENABLE_ONEDNN_OPTS", "1"},  // Said, it is not announced at every start.
    {"NVIDIA_TF32_OVERRIDE", "0"},   // 32 bits are 32 bits, on a GPU too.
    {"TF_CPP_MIN_LOG_LEVEL", "2"},   // Errors: what TensorFlow tells of the machine is not for a service's log.
};

/** The widest vectors that oneDNN will use: sums of 8 and of 16 differ in their last bits. */
const char* InstructionSet() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    return "avx512";
  }
  return __builtin_cpu_supports("avx2") ? "avx2" : "sse";
#else
  return "other";
#endif
}

void Set(napi_env env, napi_value object, const char* name, const char* text) {
  napi_value value;
  napi_create_string_utf8(env, text == nullptr ? "" : text, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, object, name, value);
}

}  // namespace

NAPI_MODULE_INIT(/* env, exports */) {
  for (const Default& one : kDefaults) {
    setenv(one.name, one.value, /* overwrite */ 0);
    Set(env, exports, one.name, getenv(one.name));
  }
  Set(env, exports, "instructionSet", InstructionSet());
  return exports;
}
