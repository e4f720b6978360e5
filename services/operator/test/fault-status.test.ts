import { describe, expect, it } from "vitest";
import { KubeFault } from "../src/kube/kube-fault.js";
import { verdictOn } from "../src/see/fault-status.js";

describe("the refusal of a trainer", () => {
  it("is the webhook's that does not answer, and no fault of the manifest", () => {
    const message =
      'Internal error occurred: failed calling webhook "mjob.kb.io": Post "https://kueue-webhook-service.kueue-system.svc:443/mutate-batch-v1-job": connection refused';
    expect(verdictOn(new KubeFault(500, "InternalError", message))).toEqual({
      is: "unknown",
      reason: "AdmissionDown",
      message,
    });
  });

  it("says nothing about the search when the API server has a trouble of its own", () => {
    expect(verdictOn(new KubeFault(500, "InternalError", "etcdserver: request timed out"))).toBeUndefined();
  });
});
