import { IDENTITY, loadLanes, mapInput, RELU, SIGN } from "./lanes";

// A plane is 4 channels of one image, 16 bytes a pixel, with a border: small enough for the first-level cache, and any
// number of channels becomes full vectors in it.

@inline
function copy(
  image: usize, pixel: usize, height: i32, width: i32, lanes: i32, map: i32, plane: usize, planePixel: usize, planeRow: usize,
): void {
  let from = image;
  for (let h = 0; h < height; h++) {
    let to = plane + <usize>h * planeRow;
    for (let v = 0; v < width; v++) {
      v128.store(to, mapInput(loadLanes(from, lanes), map));
      from += pixel;
      to += planePixel;
    }
  }
}

/** Copies 4 channels of an image into a plane, mapped. Distances between pixels and rows in bytes; a pixel distance of
 * 32 in the plane leaves the holes of a stride-2 gradient. Holes and border are left as they are. */
export function loadPlane(
  image: usize, pixel: usize, height: i32, width: i32, lanes: i32, map: i32, plane: usize, planePixel: usize, planeRow: usize,
): void {
  if (lanes < 4) copy(image, pixel, height, width, lanes, map, plane, planePixel, planeRow);
  else if (map == RELU) copy(image, pixel, height, width, 4, RELU, plane, planePixel, planeRow);
  else if (map == SIGN) copy(image, pixel, height, width, 4, SIGN, plane, planePixel, planeRow);
  else copy(image, pixel, height, width, 4, IDENTITY, plane, planePixel, planeRow);
}
