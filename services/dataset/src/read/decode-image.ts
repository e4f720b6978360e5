import { invalidInput, LIMITS, messageOf } from "@bnas/errors";
import sharp from "sharp";
import { shown } from "../files/shown.js";
import { damaged } from "./damaged.js";
import { fixFor } from "./fixes.js";
import { whatBytesAre } from "./what-bytes-are.js";

/** An image file in memory, and where it came from. */
export type ImageFile = { readonly uri: string; readonly file: string; readonly bytes: Uint8Array };

/** The most pixels of a picture before it is scaled: 64 Mi. ImageNet's largest has 61 million. */
const MOST_PIXELS = LIMITS["data.pixels"].value;

/** The most bytes of a picture when it is decoded, which an interlaced one is as a whole: 64 Mi pixels of 4 channels of 8 bits. */
const MOST_DECODED_BYTES = LIMITS["data.decodedBytes"].value;

/** What the beginning of a file says. Width and height as a person sees the image: after its EXIF orientation. */
export type ImageHeader = {
  readonly width: number;
  readonly height: number;
  /** The most bytes that decoding it takes. */
  readonly bytes: number;
};

/**
 * Reads the header of an image, of which `bytes` may be a beginning.
 * @throws InvalidInput on `dataset` if it is no picture or one too large
 */
export const readImageHeader = async (image: ImageFile): Promise<ImageHeader> => {
  const header = await attempt(image, async () => {
    const { autoOrient, channels = 4, depth } = await open(image.bytes).metadata();
    const { width, height } = autoOrient;
    return { width, height, bytes: width * height * channels * (depth === "uchar" ? 1 : depth === "ushort" ? 2 : 4) };
  });
  const { width, height } = header;
  if (header.bytes > MOST_DECODED_BYTES && width * height <= MOST_PIXELS) {
    throw invalidInput(
      "dataset",
      image.uri,
      `pictures of ${MOST_DECODED_BYTES / 2 ** 20} MiB or less when they are decoded`,
      `${shown(image.file)} has ${width}x${height} pixels of ${header.bytes / (width * height)} bytes. Scale it down, or write it with 8 bits a channel.`,
    );
  }
  if (width * height <= MOST_PIXELS) return header;
  throw invalidInput(
    "dataset",
    image.uri,
    `pictures of ${MOST_PIXELS.toLocaleString("en")} pixels or fewer`,
    `${shown(image.file)} has ${width}x${height}. Scale it down or take it away.`,
  );
};

/** How an image becomes pixels: as long as neither changes, a file gives the same. */
export const DECODER = `1 sharp ${sharp.versions.sharp ?? ""} vips ${sharp.versions.vips}`;

/**
 * The pixels of an image, [height, width, 3]: upright by its EXIF orientation, scaled so that the shorter side fits, cropped
 * around the centre (resize.ts does the same to arrays, with another filter); gray and CMYK become RGB, transparent parts lie on white.
 * @throws InvalidInput on `dataset` if it cannot be decoded whole
 */
export const decodeImage = async (image: ImageFile, size: { width: number; height: number }): Promise<Buffer> => {
  return attempt(image, async () => {
    const { data, info } = await open(image.bytes)
      .autoOrient()
      .resize({ ...size, fit: "cover", position: "centre" })
      .flatten({ background: "#ffffff" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels after conversion to RGB`);
    return data;
  });
};

// A warning is not damage: real photographs have many. A picture that ends early is.
const open = (bytes: Uint8Array) => sharp(bytes, { failOn: "error" });

const attempt = async <T>({ uri, file, bytes }: ImageFile, decode: () => Promise<T>): Promise<T> => {
  const { is, way } = whatBytesAre(bytes);
  if (way !== "picture") {
    const found = /^an? /.test(is) ? is : `what is ${is}`;
    throw damaged(uri, { file, byte: 0, expected: "a JPEG, PNG or WebP image", found, fix: fixFor(file, { is, way }) });
  }
  try {
    return await decode();
  } catch (error) {
    const message = messageOf(error).split("\n")[0] ?? "";
    // The decoders do not say where they stopped, but an early end is at the end.
    const byte = /premature end|truncated|read error/.test(message) ? bytes.length : 0;
    throw damaged(uri, { file, byte, expected: "an image that can be decoded whole", found: message });
  }
};
