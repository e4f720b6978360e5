import type { Path } from "@bnas/errors";
import { z } from "zod";
import { parseSpec } from "../spec/parse-spec.js";
import { parseSpaceOfSpec } from "../spec/space-of.js";
import { type Spec, specSchema } from "../spec/spec.js";
import { owned, sha256 } from "./fact-parts.js";
import type { FactRow } from "./row.js";

/** How a search begins. */
export const searchFacts = {
  "search.opened": {
    key: "opened",
    body: {
      spec: specSchema.meta({ id: "Spec" }),
      datasetDigest: sha256.exactOptional(),
      proof: z.literal(1).exactOptional(),
      ...owned,
    },
    check: ({ spec }: { readonly spec: Spec }, where: Path): void => {
      if (spec.space !== undefined) parseSpaceOfSpec(spec.space, [...where, "spec", "space"]);
    },
    writer: "pruner",
    means:
      "A client asked for a search, and here is the whole of what it asked: every default is filled in, so that later versions with other defaults read the same. `docs/spec.md` explains the fields. `datasetDigest` is the SHA-256 that the dataset service gave of the images and labels in use; it is absent in facts of older services, and where `data.described` says it. `proof` says that the facts of this search name each other: every answer the hash of its request, and every decision the facts before it (`docs/proof.md`); a fact that does not is refused. Without it they are as older services write them. `owner` says on whose account the search is (`docs/quotas.md`): the name of the token that asked, or the namespace of an ArchitectureSearch; it is absent where neither was known.",
    example: {
      spec: parseSpec({ preset: "smoke", data: { limit: 400, reductionImages: 100 } }),
      datasetDigest: "d".repeat(64),
    },
  },
  "data.described": {
    key: "data.described",
    body: { datasetDigest: sha256 },
    writer: "pruner",
    means:
      "Only where `search.opened` was written before the data were read, as `bnas search` does, so that it can be continued from its first moment: the SHA-256 that the dataset service gave of the images and labels in use.",
    example: { datasetDigest: "d".repeat(64) },
  },
} as const satisfies Record<string, FactRow>;
