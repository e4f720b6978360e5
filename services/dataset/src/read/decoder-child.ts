import { toPlain } from "@bnas/errors";
import sharp from "sharp";
import { decodeImage } from "./decode-image.js";
import type { DecoderAnswer, DecoderTask } from "./decoder-pool.js";

// The program of a process that decodes pictures for decoder-pool.ts: it gets bytes, never a path, and one picture at a time.

sharp.cache(false);
process.on("message", async ({ image, size }: DecoderTask) => {
  const answer: DecoderAnswer = await decodeImage(image, size).then(
    (pixels) => ({ pixels }),
    (error: unknown) => ({ failed: toPlain(error) }),
  );
  process.send?.(answer);
});
// Its service has ended.
process.on("disconnect", () => process.exit());
