import sharp from "sharp";

/** Pixels as a PNG file, without loss. @param pixels [height, width, channels], one byte a value; channels is 1 (gray) or 3 (RGB) */
export const encodeImage = async (
  pixels: Uint8Array,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
): Promise<Uint8Array> => {
  if (channels !== 1 && channels !== 3) throw new RangeError(`a picture has 1 or 3 channels, not ${channels}`);
  return sharp(pixels, { raw: { width, height, channels } }).png().toBuffer();
};
