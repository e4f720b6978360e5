import { invalidInput } from "@bnas/errors";
import type { GetUsageRequest, GetUsageResponse } from "@bnas/proto";
import { isOwner } from "@bnas/search";
import type { Quotas } from "../quotas/quotas.js";

/** What every owner, or one of them, has used and may use. @throws InvalidInput for a name that cannot be an owner's */
export const getUsage = ({ owner }: GetUsageRequest, quotas: Pick<Quotas, "usage">): GetUsageResponse => {
  if (owner !== "" && !isOwner(owner)) {
    const hint = "Leave it out for all owners.";
    throw invalidInput("owner", owner, "1 to 63 letters, digits and signs, without blanks", hint);
  }
  const found = owner === "" ? quotas.usage() : quotas.usage(owner);
  return {
    owners: found.map(({ owner, used, quota }) => ({
      owner,
      used: { ...used },
      allowed: {
        searches: quota.searches,
        jobs: quota.jobs,
        gpuSeconds: quota.gpuSeconds,
        blobBytes: quota.blobBytes,
      },
    })),
  };
};
