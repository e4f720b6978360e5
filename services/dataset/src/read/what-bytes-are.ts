/** How a file of a kind becomes one that is read: it is fetched again, converted, unpacked, renamed, or another URI is written. */
export type Way = "picture" | "convert" | "unpack" | "lfs" | "annex" | "dvc" | "fetch" | "other";

/** What the first bytes of a file say that it is. */
export type BytesAre = { readonly is: string; readonly way: Way };

/** So many bytes are enough to know. */
export const ENOUGH = 512;

/** What gzip makes is read as what is in it, where a format says so. */
export const PACKED = "packed by gzip";

type Rule = { readonly is: string; readonly way: Way; readonly fits: (bytes: Uint8Array) => boolean };

const at =
  (offset: number, ...values: readonly number[]) =>
  (bytes: Uint8Array): boolean =>
    values.every((value, index) => bytes[offset + index] === value);
const ascii = (offset: number, text: string) => at(offset, ...Buffer.from(text, "latin1"));
const both =
  (...rules: readonly ((bytes: Uint8Array) => boolean)[]) =>
  (bytes: Uint8Array): boolean =>
    rules.every((fits) => fits(bytes));
/** Text that begins so, whatever its case, after spaces and a byte order mark. */
const text =
  (pattern: RegExp) =>
  (bytes: Uint8Array): boolean =>
    pattern.test(Buffer.from(bytes.subarray(0, ENOUGH)).toString("latin1"));

/** The first that fits counts. */
const RULES: readonly Rule[] = [
  { is: "an empty file", way: "fetch", fits: (bytes) => bytes.length === 0 },
  { is: "a JPEG image", way: "picture", fits: at(0, 0xff, 0xd8, 0xff) },
  { is: "a PNG image", way: "picture", fits: at(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) },
  { is: "a WebP image", way: "picture", fits: both(ascii(0, "RIFF"), ascii(8, "WEBP")) },
  { is: "a GIF image", way: "convert", fits: ascii(0, "GIF8") },
  { is: "a BMP image", way: "convert", fits: both(ascii(0, "BM"), at(6, 0, 0, 0, 0)) },
  {
    is: "a TIFF image",
    way: "convert",
    fits: (bytes) => at(0, 0x49, 0x49, 0x2a, 0)(bytes) || at(0, 0x4d, 0x4d, 0, 0x2a)(bytes),
  },
  { is: "a PPM, PGM or PBM image", way: "convert", fits: text(/^P[1-7]\s/) },
  { is: "a HEIC or AVIF image", way: "convert", fits: text(/^[\s\S]{4}ftyp(hei|hev|mif1|msf1|avi)/) },
  { is: "a JPEG 2000 image", way: "convert", fits: at(0, 0, 0, 0, 0x0c, 0x6a, 0x50) },
  {
    is: "a JPEG XL image",
    way: "convert",
    fits: (bytes) => at(0, 0xff, 0x0a)(bytes) || at(0, 0, 0, 0, 0x0c, 0x4a, 0x58)(bytes),
  },
  { is: "a Photoshop image", way: "convert", fits: ascii(0, "8BPS") },
  { is: "an SVG drawing", way: "convert", fits: text(/^(\xef\xbb\xbf)?\s*(<\?xml[\s\S]*?)?<svg[\s>]/i) },
  {
    is: "a Git LFS pointer and not the file itself",
    way: "lfs",
    fits: ascii(0, "version https://git-lfs.github.com/spec/"),
  },
  {
    is: "a git-annex pointer and not the file itself",
    way: "annex",
    fits: text(/^(\.\.\/)*(\.git)?\/annex\/objects\//),
  },
  { is: "a DVC pointer and not the file itself", way: "dvc", fits: text(/^outs:\s*\n\s*- (md5|hash):/) },
  {
    is: "an HTML page, which a server sends when it does not give the file",
    way: "fetch",
    fits: text(/^(\xef\xbb\xbf)?\s*(<!--[\s\S]*?-->\s*)?<(!doctype html|html|head|body|script)[\s>]/i),
  },
  { is: "an XML document", way: "fetch", fits: text(/^(\xef\xbb\xbf)?\s*<\?xml|^\s*<Error>/i) },
  { is: "a ZIP archive", way: "unpack", fits: ascii(0, "PK\u0003\u0004") },
  { is: PACKED, way: "unpack", fits: at(0, 0x1f, 0x8b) },
  { is: "a tar archive", way: "unpack", fits: ascii(257, "ustar") },
  { is: "packed by bzip2", way: "unpack", fits: ascii(0, "BZh") },
  { is: "packed by xz", way: "unpack", fits: at(0, 0xfd, 0x37, 0x7a, 0x58, 0x5a) },
  { is: "packed by zstd", way: "unpack", fits: at(0, 0x28, 0xb5, 0x2f, 0xfd) },
  { is: "a 7-Zip archive", way: "unpack", fits: at(0, 0x37, 0x7a, 0xbc, 0xaf) },
  { is: "a RAR archive", way: "unpack", fits: ascii(0, "Rar!") },
  { is: "a PDF document", way: "other", fits: ascii(0, "%PDF") },
  { is: "a Thumbs.db or another file of Windows", way: "other", fits: at(0, 0xd0, 0xcf, 0x11, 0xe0) },
  { is: "an array of NumPy", way: "other", fits: ascii(1, "NUMPY") },
  { is: "an HDF5 file", way: "other", fits: ascii(1, "HDF\r\n") },
  { is: "a MATLAB file", way: "other", fits: ascii(0, "MATLAB ") },
  {
    is: "a pickle of Python",
    way: "other",
    fits: (bytes) => bytes[0] === 0x80 && (bytes[1] ?? 9) >= 2 && (bytes[1] ?? 9) <= 5,
  },
  { is: "a film or a sound", way: "other", fits: (bytes) => ascii(4, "ftyp")(bytes) || ascii(0, "RIFF")(bytes) },
  {
    is: "zeros alone, as a copy leaves that was cut off",
    way: "fetch",
    fits: (bytes) => bytes.length >= 16 && bytes.every((byte) => byte === 0),
  },
  // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what makes a file a text.
  { is: "a text", way: "other", fits: text(/^[^\u0000-\u0008\u000e-\u001f]+$/) },
];

/** What a file is, by its beginning. Names are wrong: ImageNet has a PNG that is called .JPEG. */
export const whatBytesAre = (bytes: Uint8Array): BytesAre =>
  RULES.find(({ fits }) => fits(bytes.subarray(0, ENOUGH))) ?? { is: "of another format", way: "other" };
