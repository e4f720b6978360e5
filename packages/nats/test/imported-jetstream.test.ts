import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RetryPolicy } from "@bnas/jobs";
import { jobsContract, leadContract, logContract, removalContract, storeContract } from "@bnas/testing/contracts";
import { ageBlob } from "../../store/test/age-blob.js";
import { ObjectStore } from "../src/objects/object-store.js";
import { type JetStream, openJetStream } from "../src/open-jetstream.js";
import { natsServer } from "./nats-server.js";

const api = [
  "INFO",
  "STREAM.>",
  "CONSUMER.CREATE.>",
  "CONSUMER.DURABLE.CREATE.>",
  "CONSUMER.INFO.>",
  "CONSUMER.DELETE.>",
  "CONSUMER.MSG.NEXT.>",
  "DIRECT.GET.*",
];
const subjects = ["bnas.search.>", "$O.>", "$KV.>", "$JS.ACK.>", ...api.map((asked) => `$JS.API.${asked}`)];
const exported = (subject: string): string =>
  `{ service: "${subject}"${/NEXT|DIRECT/.test(subject) ? ', response: stream, threshold: "10s"' : ""} }`;
const imported = (subject: string): string =>
  `{ service: { account: BNAS, subject: "${subject}" }, to: "${subject.replace("$JS.API", "bnas.api")}" }`;

/** As deploy/nats/accounts.conf has it, but that one user may do all, on streams of any name. */
const nats = natsServer(`
  no_auth_user: admin
  accounts {
    BNAS {
      jetstream: enabled
      users: [{ user: admin, password: secret }]
      exports: [${subjects.map(exported).join("\n")}]
    }
    ALL {
      users: [{
        user: all, password: secret
        permissions: { publish: ["bnas.>", "$O.>", "$KV.>", "$JS.ACK.>"], subscribe: "_INBOX.>" }
      }]
      imports: [${subjects.map(imported).join("\n")}]
    }
  }`);

const credentialsFile = join(mkdtempSync(join(tmpdir(), "bnas-")), "all");
writeFileSync(credentialsFile, "all secret\n");
const name = "from an account that imports JetStream";

const openEmpty = async (policy?: RetryPolicy): Promise<JetStream> => {
  const tried = policy === undefined ? {} : { policy };
  return openJetStream({ servers: [nats.address], stream: await nats.empty(), credentialsFile, ...tried });
};
logContract(`JetStreamLog ${name}`, async () => (await openEmpty()).log);
removalContract(`JetStreamLog ${name}`, async () => (await openEmpty()).log);
jobsContract(`JetStreamJobs ${name}`, openEmpty);
leadContract(`JetStreamLead ${name}`, () => openEmpty());

let last = "";
storeContract(
  `ObjectStore ${name}`,
  async () => {
    last = await nats.empty();
    return ObjectStore.open({ servers: [nats.address], bucket: last, credentialsFile });
  },
  (sha256) => ageBlob(nats.address, last, sha256),
);
