import "@tensorflow/tfjs-backend-cpu";
import { setBackend } from "@tensorflow/tfjs-core";
import { beforeAll, describe } from "vitest";
import { registerPortableKernels } from "../src/index.js";
import { itAgreesWithTheOracle } from "./specification.js";

describe("the portable kernels on the cpu backend", () => {
  beforeAll(async () => {
    registerPortableKernels("cpu");
    await setBackend("cpu");
  });
  itAgreesWithTheOracle();
});
