// A task thread whose every task is the code of the error that it throws, or another thing that a thread may throw.
import { register } from "tsx/esm/api";

register();
const { serveThread } = await import("@bnas/process");
const { errorOf } = await import("./every-error.ts");

const others = {
  bug: () => new TypeError("secret is not a function"),
  fullDisk: () =>
    Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" }),
};

serveThread(process.env, async () => ({
  throw: async (what) => {
    throw others[what]?.() ?? errorOf(what);
  },
}));
