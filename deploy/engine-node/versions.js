// What the engine is made of, each pinned by version and hash. A wheel's hash is in wheels/, in the form that pip checks.

/** npm packages, by their names; `integrity` as the registry states it. */
export const PACKAGES = {
  "@tensorflow/tfjs-node": {
    version: "4.22.0",
    integrity: "sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==",
  },
  // tfjs-node reads it when it loads, for saved models, which we have none of.
  "google-protobuf": {
    version: "3.21.4",
    integrity: "sha512-MnG7N936zcKTco4Jd2PX2U96Kf9PxygAPKBug+74LHzmHXmceN16MmRcdgZv+DGef/S9YvQAfRsNCn4cjf9yyQ==",
  },
  // Node-API's headers: the same for every version of Node.
  "node-api-headers": {
    version: "1.9.0",
    integrity: "sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==",
  },
};

export const TENSORFLOW = "2.21.0";

/** The wheels that carry TensorFlow's libraries, by the device they are for. `bytes`: of the wheel, and in need while at work. */
export const WHEELS = {
  cpu: { requirement: "wheels/cpu.txt", bytes: 274e6, needed: 2.5e9 },
  gpu: { requirement: "wheels/gpu.txt", bytes: 572e6, needed: 6e9 },
};

/** Changes when the finished folder would: it names it, and says whether one that is there is still the one wanted. */
export const RECIPE = 2;

export const ENGINE_OF = { cpu: "node", gpu: "gpu" };
