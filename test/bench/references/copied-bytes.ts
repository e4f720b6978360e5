import type { Work } from "../gate/cost.js";

/** Bytes copied one by one in JavaScript, a number of times: what moves images without looking at them. */
export const copiedBytes = (bytes: number, times: number): Work => {
  const from = Uint8Array.from({ length: bytes }, (_, i) => i % 251);
  const to = new Uint8Array(bytes);
  return {
    units: times,
    run() {
      for (let time = 0; time < times; time++) for (let i = 0; i < bytes; i++) to[i] = from[i] ?? 0;
    },
  };
};
