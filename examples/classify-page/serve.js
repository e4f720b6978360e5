// node examples/classify-page/serve.js MODEL.bnn [PORT]: serves the page, the runtime and one model, on this machine only.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [model, port = "8080"] = process.argv.slice(2);
const here = fileURLToPath(new URL(".", import.meta.url));
const runtime = fileURLToPath(new URL("../../packages/runtime/dist", import.meta.url));

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".bnn": "application/octet-stream",
};

/** The file of a path of the page; undefined for any other path. */
const fileOf = (path) => {
  if (path === "/") return join(here, "index.html");
  if (path === "/model.bnn") return model;
  if (path === "/page.js" || path === "/page.css") return join(here, path);
  const name = /^\/runtime\/([a-z0-9-]+\.js)$/.exec(path)?.[1];
  return name === undefined ? undefined : join(runtime, name);
};

if (model === undefined || !existsSync(model)) {
  console.error("MODEL.bnn: name a file that is there, such as one of `bnas export --format bnn`");
  process.exit(2);
}
if (!existsSync(join(runtime, "index.js"))) {
  console.error("packages/runtime/dist is not built yet: npm run build");
  process.exit(2);
}

const server = createServer((request, response) => {
  const file = fileOf(new URL(request.url ?? "/", "http://localhost").pathname);
  if (request.method !== "GET" || file === undefined || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  // WebAssembly needs 'wasm-unsafe-eval'; nothing else of the kind is allowed, and nothing leaves the page.
  const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob:";
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "", "content-security-policy": policy });
  createReadStream(file).pipe(response);
});
server.listen(Number(port), "127.0.0.1", () => {
  const address = server.address();
  console.log(`http://localhost:${typeof address === "object" ? address?.port : port}`);
});
