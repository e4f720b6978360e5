// Compiles assembly/ to wasm/kernels.wasm. With --check it compares instead, and fails if the committed binary is not
// what the source gives.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = new URL("wasm/kernels.wasm", import.meta.url);

const options = [
  "assembly/index.ts",
  ...["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd"],
  // The memory is TensorFlow.js's; so nothing may be placed in it at start, not even the text of an error.
  ...["--importMemory", "--maximumMemory", "65536", "--use", "abort="],
  // Vectors cross no boundary: those functions are internal.
  ...["--disableWarning", "112"],
];

let binary = new Uint8Array();
const { error, stderr } = await asc.main([...options, "--outFile", "kernels.wasm"], {
  readFile: (name, base) =>
    readFile(new URL(name, `file://${here}${base === "." ? "" : `${base}/`}`), "utf8").catch(() => null),
  writeFile: (name, contents) => {
    if (name === "kernels.wasm") binary = contents;
  },
  listFiles: () => [],
});
const complaints = stderr.toString();
if (error !== null || complaints !== "") {
  console.error(complaints || error);
  process.exit(1);
}
if (hasData(binary)) {
  console.error(
    "the kernels place data in memory that belongs to TensorFlow.js: no text, no static arrays in assembly/",
  );
  process.exit(1);
}

if (process.argv.includes("--check")) {
  const committed = await readFile(target).catch(() => new Uint8Array());
  if (Buffer.compare(binary, committed) !== 0) {
    console.error("wasm/kernels.wasm is not what assembly/ compiles to: run `npm run kernels` and commit it");
    process.exit(1);
  }
} else await writeFile(target, binary);

/** Whether a module has a data section (number 11): the sections follow the 8 bytes of the header. */
function hasData(module) {
  let at = 8;
  while (at < module.length) {
    const section = module[at++];
    let size = 0;
    for (let shift = 0, byte = 128; byte >= 128; shift += 7) {
      byte = module[at++];
      size |= (byte & 127) << shift;
    }
    if (section === 11) return true;
    at += size;
  }
  return false;
}
