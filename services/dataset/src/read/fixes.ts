import { dirname, extname } from "node:path";
import { shellWord } from "../files/shown.js";
import type { BytesAre } from "./what-bytes-are.js";

/** What makes a file usable: a command where there is one. */
export const fixFor = (file: string, { is, way }: BytesAre): string => {
  const name = shellWord(file);
  const inFolder = shellWord(dirname(file));
  switch (way) {
    case "picture": {
      const ending = is.includes("JPEG") ? "jpg" : is.includes("PNG") ? "png" : "webp";
      return `Rename it: mv ${name} ${name}.${ending}`;
    }
    case "convert": {
      // Beside pictures of the same ending, one alone is converted.
      if (/^\.(jpe?g|png|webp)$/i.test(extname(file)))
        return `Convert it with ImageMagick: magick ${name} ${name}.png && rm ${name}`;
      const all = `*${/^\.\w+$/.test(extname(file)) ? extname(file) : ""}`;
      return `Convert it with ImageMagick: (cd ${inFolder} && mogrify -format png ${all} && rm ${all})`;
    }
    case "unpack":
      return `Unpack it: ${unpackWith(file)}`;
    case "lfs":
      return `Fetch the files: git -C ${inFolder} lfs pull`;
    case "annex":
      return `Fetch the files: git -C ${inFolder} annex get .`;
    case "dvc":
      return `Fetch the files: dvc pull`;
    case "fetch":
      return "Fetch it again, or remove it.";
    case "other":
      return `Remove it, or move it elsewhere: rm ${name}`;
  }
};

const unpackWith = (file: string): string => {
  const name = shellWord(file);
  const inFolder = shellWord(dirname(file));
  if (/\.(tgz|tar(\.\w+)?)$/i.test(file)) return `tar -xf ${name} -C ${inFolder}`;
  if (/\.zip$/i.test(file)) return `unzip ${name} -d ${inFolder}`;
  if (/\.gz$/i.test(file)) return `gunzip ${name}`;
  if (/\.xz$/i.test(file)) return `unxz ${name}`;
  if (/\.bz2$/i.test(file)) return `bunzip2 ${name}`;
  if (/\.zst$/i.test(file)) return `unzstd --rm ${name}`;
  return "with the tool that packed it.";
};
