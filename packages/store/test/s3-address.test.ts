import { describe, expect, it } from "vitest";
import { parseS3Address } from "../src/s3/s3-address.js";

describe("an s3:// address", () => {
  it("says bucket, prefix and server", () => {
    expect(parseS3Address("store", "s3://blobs")).toEqual({ bucket: "blobs", prefix: "", pathStyle: false });
    expect(parseS3Address("store", "s3://blobs/")).toMatchObject({ prefix: "" });
    expect(
      parseS3Address("store", "s3://blobs/a/b_2/?endpoint=http://127.0.0.1:9000&region=eu-central-1&pathStyle=true"),
    ).toEqual({
      bucket: "blobs",
      prefix: "a/b_2",
      endpoint: "http://127.0.0.1:9000",
      region: "eu-central-1",
      pathStyle: true,
    });
  });

  it("has folders that end in a dot, but none of dots alone", () => {
    expect(parseS3Address("store", "s3://blobs/a./.b")).toMatchObject({ prefix: "a./.b" });
    expect(() => parseS3Address("store", "s3://blobs/a/...")).toThrow("store prefix");
  });

  it.each([
    ["s3://", "store bucket", ""],
    ["s3://ab", "store bucket", "ab"],
    ["s3://Blobs", "store bucket", "Blobs"],
    ["s3://blobs/a//b", "store prefix", "a//b"],
    ["s3://blobs/../a", "store prefix", "../a"],
    ["s3://blobs/a b", "store prefix", "a b"],
    ["s3://blobs?pathstyle=true", "store pathstyle", "true"],
    ["s3://blobs?pathStyle=yes", "store pathStyle", "yes"],
    ["s3://blobs?endpoint=127.0.0.1:9000", "store endpoint", "127.0.0.1:9000"],
    ["s3://blobs?endpoint=ftp://host", "store endpoint", "ftp://host"],
    ["s3://blobs?endpoint=http://host/path", "store endpoint", "http://host/path"],
    ["s3://blobs?region=Europe!", "store region", "Europe!"],
    ["s3://blobs?region=!europe", "store region", "!europe"],
  ])("is refused by the name of what is wrong in it: %s", (uri, field, value) => {
    expect(() => parseS3Address("store", uri)).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT", field, value }),
    );
  });

  it("names the parameter that was meant", () => {
    expect(() => parseS3Address("store", "s3://blobs?endpont=http://a")).toThrow("endpoint");
  });

  it.each([
    "s3://key:word@blobs",
    "s3://blobs?endpoint=http://key:word@host:9000",
    "s3://key@blobs?endpoint=http://k:word@host&pathStyle=true",
  ])("is refused with keys in it, which are not repeated: %s", (uri) => {
    const refused = () => parseS3Address("store", uri);
    expect(refused).toThrow("AWS_SECRET_ACCESS_KEY");
    expect(refused).not.toThrow(/word/);
  });
});
