import { FACT_KINDS, mayWrite, patternsOf, type Writer } from "@bnas/search";
import { leaseStream, leaseSubject } from "../lead/lease-stream.js";
import { chunksOf, descriptionsOf, streamOf } from "../objects/object-bucket.js";

/** Where facts and blobs are on NATS. */
export type NatsPlaces = { readonly stream: string; readonly bucket: string };

/** What openLog and openStore use when an address names neither. */
export const defaultPlaces: NatsPlaces = { stream: "BNAS", bucket: "bnas-blobs" };

/** A request that a service may make, and why. */
export type NatsPermission = {
  /** A NATS pattern. */
  readonly subject: string;
  /** `many`: one request is answered by several messages. */
  readonly answers: "one" | "many";
  readonly why: string;
};

export type NatsPermissions = {
  readonly allowed: readonly NatsPermission[];
  /** What `allowed` covers by a wildcard and is another's. */
  readonly denied: readonly string[];
};

/** The consumers by which the workers of a name share their jobs. Trainers of one search have one named by it: `trainer-<id>`. */
const workers: Readonly<Record<string, Writer>> = {
  ...{ trainer: "trainer", retrainer: "trainer" },
  ...{ evaluator: "evaluator", scorer: "evaluator", reevaluator: "evaluator" },
};

/** All that a service asks of NATS, and nothing more. */
export const natsPermissions = (service: Writer, places: NatsPlaces = defaultPlaces): NatsPermissions => ({
  allowed: [
    ...patternsOf(FACT_KINDS.filter((kind) => mayWrite(service, kind))).map((subject) => one(subject, "its facts")),
    ...readsFacts(places),
    ...special[service](places),
  ],
  denied: Object.keys(workers)
    .filter((worker) => workers[worker] !== service)
    .flatMap((worker) => consumer(places, worker)),
});

const special: Readonly<Record<Writer, (places: NatsPlaces) => readonly NatsPermission[]>> = {
  trainer: (places) => [...works(places, "*"), ...readsBlobs(places), ...writesBlobs(places)],
  evaluator: (places) => [
    ...works(places, "evaluator"),
    ...works(places, "scorer"),
    ...works(places, "reevaluator"),
    ...readsBlobs(places),
  ],
  pruner: (places) => [...readsBlobs(places), ...writesBlobs(places), ...makesPlaces(places), ...leads(places)],
};

const one = (subject: string, why: string): NatsPermission => ({ subject, answers: "one", why });
const many = (subject: string, why: string): NatsPermission => ({ subject, answers: "many", why });

const readsFacts = ({ stream }: NatsPlaces): readonly NatsPermission[] => [
  one("$JS.API.INFO", "where JetStream answers"),
  one(`$JS.API.STREAM.INFO.${stream}`, "read facts"),
  one(`$JS.API.STREAM.MSG.GET.${stream}`, "read facts"),
  // With a name and a filter in the subject, and no durable name: a consumer of its own, that goes with it.
  one(`$JS.API.CONSUMER.CREATE.${stream}.*.>`, "watch facts"),
  many(`$JS.API.CONSUMER.MSG.NEXT.${stream}.*`, "watch facts"),
  // Of a connection that was lost: whether the consumer is still there.
  one(`$JS.API.CONSUMER.INFO.${stream}.*`, "watch facts"),
  one(`$JS.API.CONSUMER.DELETE.${stream}.*`, "watch facts"),
  // To fold searches at the start, and to follow facts where no consumer is left.
  many(`$JS.API.DIRECT.GET.${stream}`, "read many facts at once"),
];

/** @param name of the workers, `*` where it is not known beforehand */
const works = ({ stream }: NatsPlaces, name: string): readonly NatsPermission[] => [
  one(`$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${name}`, "share its jobs"),
  one(`$JS.ACK.${stream}.${name}.>`, "share its jobs"),
];

/** Every request about one consumer, from any client. */
const consumer = ({ stream }: NatsPlaces, name: string): readonly string[] => [
  `$JS.API.CONSUMER.CREATE.${stream}.${name}.>`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
  `$JS.API.CONSUMER.INFO.${stream}.${name}`,
  `$JS.API.CONSUMER.DELETE.${stream}.${name}`,
  ...works({ stream, bucket: "" }, name).map(({ subject }) => subject),
];

const readsBlobs = ({ bucket }: NatsPlaces): readonly NatsPermission[] => [
  one(`$JS.API.STREAM.INFO.${streamOf(bucket)}`, "read blobs"),
  one(`$JS.API.STREAM.MSG.GET.${streamOf(bucket)}`, "read blobs"),
  many(`$JS.API.DIRECT.GET.${streamOf(bucket)}`, "read blobs"),
];

const writesBlobs = ({ bucket }: NatsPlaces): readonly NatsPermission[] => [
  one(chunksOf(bucket, "*"), "write blobs"),
  one(descriptionsOf(bucket), "write blobs"),
];

const makesPlaces = ({ stream, bucket }: NatsPlaces): readonly NatsPermission[] => [
  one(`$JS.API.STREAM.CREATE.${stream}`, "make and migrate the stream of facts"),
  one(`$JS.API.STREAM.UPDATE.${stream}`, "make and migrate the stream of facts"),
  one(`$JS.API.STREAM.PURGE.${stream}`, "remove a search that has left the log"),
  one(`$JS.API.STREAM.CREATE.${streamOf(bucket)}`, "make the bucket of blobs"),
  one(`$JS.API.STREAM.UPDATE.${streamOf(bucket)}`, "give the bucket its part of the storage"),
  one(`$JS.API.STREAM.PURGE.${streamOf(bucket)}`, "remove the blobs of a search that is deleted"),
];

/** One pruner at a time decides. */
const leads = ({ stream }: NatsPlaces): readonly NatsPermission[] => [
  one(`$JS.API.STREAM.INFO.${leaseStream(stream)}`, "lead"),
  one(`$JS.API.STREAM.MSG.GET.${leaseStream(stream)}`, "say who leads"),
  one(`$JS.API.STREAM.CREATE.${leaseStream(stream)}`, "lead"),
  one(`$JS.API.STREAM.UPDATE.${leaseStream(stream)}`, "lead"),
  one(`$JS.API.STREAM.PURGE.${leaseStream(stream)}`, "lead"),
  one(leaseSubject(stream, "*"), "lead"),
];
