import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";

/** Let a blob of a bucket be put an hour ago. @param address of a server that lets every client write the description of a blob */
export async function ageBlob(address: string, bucket: string, sha256: string): Promise<void> {
  const connection = await connect({ servers: address });
  const { streams } = await jetstreamManager(connection);
  const subject = `$O.${bucket}.M.${Buffer.from(sha256).toString("base64url")}==`;
  const message = await streams.getMessage(`OBJ_${bucket}`, { last_by_subj: subject });
  const description = { ...message?.json<object>(), mtime: new Date(Date.now() - 3_600_000).toISOString() };
  const rollup = headers();
  rollup.set("Nats-Rollup", "sub");
  await jetstream(connection).publish(subject, JSON.stringify(description), { headers: rollup });
  await connection.close();
}
