import { setImmediate } from "node:timers/promises";
import { type DatasetPart, isStored, type Picture } from "../divide/dataset.js";
import { filesAtOnce } from "../read/files-at-once.js";

/** Between pieces, other calls have their turn. */
const BYTES_A_PIECE = 2 ** 21;
/** Pictures that are held at once. */
const DECODED_A_PIECE = 32;

/** Does something with these images of a part, one after the other, as the dataset has them. @param size bytes of an image */
export const forEachPicture = async (
  part: DatasetPart,
  images: Uint32Array,
  size: number,
  act: (picture: Pick<Picture, "pixels" | "at">, image: number) => void,
): Promise<void> => {
  if (!isStored(part)) {
    const aPiece = Math.max(1, Math.floor(BYTES_A_PIECE / size));
    for (const [i, image] of images.entries()) {
      act({ pixels: part.pixels, at: image * size }, image);
      if (i % aPiece === aPiece - 1) await setImmediate();
    }
    return;
  }
  for (let from = 0; from < images.length; from += DECODED_A_PIECE) {
    const piece = Array.from(images.subarray(from, from + DECODED_A_PIECE));
    const pictures = await filesAtOnce(piece, (image) => part.read(image, "framed"));
    for (const [i, picture] of pictures.entries()) act(picture, piece[i] ?? 0);
  }
};
