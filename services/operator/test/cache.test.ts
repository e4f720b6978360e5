import { describe, expect, it } from "vitest";
import { isNews } from "../src/kube/cache.js";

const item = (resourceVersion?: string) => ({
  metadata: { name: "one", namespace: "here", ...(resourceVersion === undefined ? {} : { resourceVersion }) },
});

// What lists and watches bring is tested on a real API server: test/cluster/operator-faults.test.ts.
describe("the answer to a write", () => {
  it("is news when it is newer than what is kept, by number", () => {
    expect(isNews(item("10"), item("9"))).toBe(true);
    expect(isNews(item("12345678901234567891"), item("12345678901234567890"))).toBe(true);
  });

  it("is none when the watch was faster, and had what another client wrote since", () => {
    expect(isNews(item("9"), item("10"))).toBe(false);
    expect(isNews(item("10"), item("10"))).toBe(false);
  });

  it("is none when the watch has had the end of the object", () => {
    expect(isNews(item("10"), undefined)).toBe(false);
  });

  it("is none without a version", () => {
    expect(isNews(item(), item("10"))).toBe(false);
  });
});
