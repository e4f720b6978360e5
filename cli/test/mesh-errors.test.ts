import { fault, invalidInput, method, setting, text } from "@bnas/errors";
import { describe, expect, it } from "vitest";
import { inWordsOfBnas } from "../src/reach/mesh-errors.js";
import { nameOf, parseKubeService } from "../src/reach/port-forward.js";
import { checkAddress } from "../src/reach/reach-mesh.js";

const place = "mesh:7000";
const called = method("/bnas.v1.SearchService/GetSearch");
const shown = (error: unknown) => inWordsOfBnas(error, place);

describe("an error of a call, at the command line", () => {
  it.each([
    ["connect ECONNREFUSED 127.0.0.1:1", "connect ECONNREFUSED 127.0.0.1:1"],
    ["connect ECONNREFUSED 127.0.0.1:1. Resolution note: none", "connect ECONNREFUSED 127.0.0.1:1"],
    ["connect EHOSTUNREACH 10.0.0.1:7000 - Local (0.0.0.0:0)", "connect EHOSTUNREACH 10.0.0.1:7000"],
  ])("says that no mesh answers, and why: %s", (last, reason) => {
    const message = text`${called}: No connection established. Last error: ${last}`;
    expect(shown(fault("UNAVAILABLE", message, ""))).toMatchObject({
      code: "UNAVAILABLE",
      message: `no mesh answers at mesh:7000 (${reason})`,
      hint: expect.stringMatching(/`bnas serve all`.*--server HOST:PORT.*--kube/),
    });
  });

  it("says what may be wrong where kubectl leads to a mesh that hangs up", () => {
    const message = text`${called}: No connection established. Last error: connect ECONNREFUSED 127.0.0.1:34931`;
    expect(inWordsOfBnas(fault("UNAVAILABLE", message, ""), "bnas/bnas-pruner:7000", true)).toMatchObject({
      message: "service bnas/bnas-pruner:7000 takes no call through kubectl",
      hint: expect.stringMatching(/--tls-ca.*--tls-client-cert.*kubectl get pods/),
    });
  });

  it("says that a name is not known", () => {
    const message = text`${called}: Name resolution failed for target dns:mesh:7000`;
    expect(shown(fault("UNAVAILABLE", message, ""))).toMatchObject({
      message: "no mesh answers at mesh:7000 (Name resolution failed for target dns:mesh:7000)",
    });
  });

  it("keeps what a draining mesh says", () => {
    expect(shown(fault("UNAVAILABLE", text`${called}: The service is draining: watch again`, ""))).toMatchObject({
      message: "the mesh at mesh:7000: The service is draining: watch again",
    });
  });

  it("names flags for settings, and commands for methods", () => {
    const hungUp = fault(
      "UNAVAILABLE",
      text`${called}: the server hung up`,
      text`Give ${setting("tlsCa")}, or a server's tlsClientCa.`,
    );
    expect(shown(hungUp)).toMatchObject({ hint: "Give --tls-ca, or a server's tlsClientCa." });
    const missing = fault(
      "NOT_FOUND",
      "there is no search x",
      text`${method("ListSearches")} tells the ids that exist`,
    );
    expect(shown(missing)).toMatchObject({ hint: "`bnas list` tells the ids that exist" });
    const input = invalidInput(
      "tokenFile",
      "x",
      text`a file that goes with ${setting("tlsClientKey")}`,
      text`See ${method("WatchSearch")}`,
    );
    expect(shown(input)).toMatchObject({
      field: "--token-file",
      allowed: "a file that goes with --tls-client-key",
      hint: "See `bnas watch`",
    });
  });

  it("tells who has no token how to give one", () => {
    expect(shown(fault("UNAUTHENTICATED", text`${called} needs a token`, "send the header"))).toMatchObject({
      message: "the mesh at mesh:7000 needs a token",
      hint: expect.stringMatching(/--token-file FILE \(BNAS_TOKEN_FILE\)/),
    });
  });

  it("is left alone where it comes from elsewhere", () => {
    const error = new TypeError("x");
    expect(shown(error)).toBe(error);
  });
});

describe("where a mesh is", () => {
  it.each(["127.0.0.1:7000", "mesh.example.org:1", "[::1]:65535"])("may be %s", (address) =>
    expect(checkAddress(address)).toBe(address),
  );

  it.each(["7000", "host", "http://127.0.0.1:7000", "host:0", "host:70000", "host:", " host:1"])(
    "may not be %s",
    (address) => expect(() => checkAddress(address)).toThrow(/--server.*HOST:PORT, without a scheme\. For example/),
  );

  it.each([
    ["bnas/mesh:7004", { namespace: "bnas", service: "mesh", port: "7004" }],
    ["mesh:grpc", { namespace: undefined, service: "mesh", port: "grpc" }],
    ["bnas/mesh", { namespace: "bnas", service: "mesh", port: "7000" }],
    [true as const, { namespace: undefined, service: "bnas-pruner", port: "7000" }],
  ])("may be the service %s of a cluster", (where, service) => {
    const parsed = parseKubeService(where);
    expect(parsed).toEqual(service);
    expect(parseKubeService(nameOf(parsed))).toEqual(parsed);
  });

  it.each(["", "a/b/c", "a/", "Mesh", "mesh:", "-o json", "mesh:7000:1", "a b"])("may not be the service %j", (where) =>
    expect(() => parseKubeService(where)).toThrow(/--kube.*NAMESPACE\/SERVICE:PORT.*kubectl get services/),
  );
});
