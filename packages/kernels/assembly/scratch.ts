// A piece of the shared heap that the host lends us for one call. Taking more than was lent traps, so that a mistake in
// the host's arithmetic stops a kernel instead of overwriting a tensor.

let top: usize = 0;
let end: usize = 0;

/** Lends [start, start + bytes) to the next kernel. */
export function lend(start: usize, bytes: usize): void {
  top = (start + 15) & ~15;
  end = start + bytes;
}

/** 16-byte aligned, contents undefined. */
export function take(bytes: usize): usize {
  const at = top;
  top = (at + bytes + 15) & ~15;
  if (top > end) unreachable();
  return at;
}

/** As {@link take}, filled with zeros. */
export function takeZeros(bytes: usize): usize {
  const at = take(bytes);
  memory.fill(at, 0, bytes);
  return at;
}
