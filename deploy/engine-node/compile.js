import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command, Unable } from "./command.js";

const COMPILER = process.env.CXX ?? "g++";

/**
 * Attribute names are kept in one set for the process, which two worker threads would grow at the same time. A set for each
 * thread is enough: a name is read by the call that adds it.
 */
const SHARED_SET = "static std::set<std::string> ATTR_NAME_SET;";
const SET_OF_A_THREAD = "static thread_local std::set<std::string> ATTR_NAME_SET;";

/**
 * Our operations are compiled for each kind of vectors; loader.cjs takes the widest that the processor has. A multiplication
 * and its addition are rounded once, as the processor does it, whatever the compiler's default.
 */
const VECTORS = {
  avx512: ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mprefer-vector-width=512"],
  avx2: [],
};
const FOR_KERNELS = ["-mavx2", "-mfma", "-mtune=haswell", "-O3", "-ffp-contract=fast", "-fno-math-errno"];

/** Compiles tfjs-node's binding against TensorFlow's libraries, environment.cc and kernels/: package/lib/napi-v8/*.node. */
export const compileBinding = ({ packageFolder, headers, nodeHeaders }) => {
  const source = join(packageFolder, "binding", "tfjs_backend.cc");
  const text = readFileSync(source, "utf8");
  if (text.split(SHARED_SET).length !== 2) throw new Unable(`${source} is not the source that was tried.`);
  writeFileSync(source, text.replace(SHARED_SET, SET_OF_A_THREAD));

  const target = join(packageFolder, "lib", "napi-v8");
  mkdirSync(target, { recursive: true });
  compile([fileURLToPath(new URL("environment.cc", import.meta.url))], join(target, "environment.node"), [
    ...["-I", nodeHeaders],
  ]);
  const withTensorflow = [
    ...["-I", nodeHeaders, "-I", headers],
    ...["-L", join(packageFolder, "deps", "lib"), "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
    "-Wl,-rpath,$ORIGIN/../../deps/lib",
  ];
  const binding = [source, join(packageFolder, "binding", "tfjs_binding.cc")];
  compile(binding, join(target, "tfjs_binding.node"), withTensorflow);
  const kernels = sourcesIn(fileURLToPath(new URL("kernels", import.meta.url)));
  for (const [vectors, flags] of Object.entries(VECTORS)) {
    // Without symbols the file is the same wherever it is compiled: its hash is part of the engine's digest.
    compile(kernels, join(target, `kernels-${vectors}.node`), [...withTensorflow, ...FOR_KERNELS, ...flags, "-s"]);
  }
};

const sourcesIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".cc"))
    .toSorted()
    .map((name) => join(folder, name));

const compile = (sources, target, flags) =>
  command(COMPILER, ["-shared", "-fPIC", "-std=c++17", "-O2", "-DNAPI_VERSION=8", ...sources, ...flags, "-o", target], {
    cwd: "/",
    hint: "It needs a C++17 compiler, only now. Debian, Ubuntu: apt-get install g++. Another one: set CXX.",
  });

/** Takes the symbols off the libraries: a quarter of their size, and nothing at run time. */
export const strip = (libraries) => {
  command("strip", ["--strip-unneeded", ...libraries], {
    cwd: "/",
    hint: "It comes with the compiler. Debian, Ubuntu: apt-get install binutils.",
  });
};
