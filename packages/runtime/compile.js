// Compiles assembly/ to src/kernels-binary.ts: the binary as text, so that it is there wherever the code is. With --check it compares
// instead, and fails if the committed file is not what the source gives.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = new URL("src/kernels-binary.ts", import.meta.url);

const options = [
  "assembly/index.ts",
  ...["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--enable", "bulk-memory"],
  ...["--initialMemory", "1", "--maximumMemory", "32768", "--use", "abort="],
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

const text = `// Made by compile.js of assembly/: do not edit.
/** The kernels as WebAssembly, in base64. */
export const KERNELS =
  "${Buffer.from(binary).toString("base64")}";
`;
if (process.argv.includes("--check")) {
  if (text !== (await readFile(target, "utf8").catch(() => ""))) {
    console.error("src/kernels-binary.ts is not what assembly/ compiles to: run `npm run kernels` and commit it");
    process.exit(1);
  }
} else await writeFile(target, text);
