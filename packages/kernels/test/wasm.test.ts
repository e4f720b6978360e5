import { beforeAll, describe } from "vitest";
import { loadWasmKernels } from "../src/index.js";
import { itAgreesWithTheOracle } from "./specification.js";

describe("the kernels on the wasm backend", () => {
  beforeAll(async () => {
    await loadWasmKernels();
  });
  itAgreesWithTheOracle();
});
