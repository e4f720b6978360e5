import { describe, expect, it } from "vitest";
import { helmBinary, helmMissing } from "./helm.js";
import { installations } from "./installations.js";
import { componentOf, type Peer, type Pod, type Policy, selects } from "./kubernetes-objects.js";
import { namespace, podsOf, policiesOf, render } from "./rendered.js";

/** Whether a peer takes a pod of the release's own namespace. */
const takes = (peer: Peer, pod: Pod): boolean => {
  if (peer.ipBlock !== undefined) return false;
  const inNamespace =
    peer.namespaceSelector === undefined ||
    selects(peer.namespaceSelector, { "kubernetes.io/metadata.name": namespace });
  return inNamespace && (peer.podSelector === undefined || selects(peer.podSelector, pod.labels));
};

/** Whether policies let one pod of the release call another on a port: both ends must allow it. */
const mayCall = (policies: readonly Policy[], from: Pod, to: Pod, port: number): boolean => {
  const lets = (pod: Pod, way: "Ingress" | "Egress", other: Pod) => {
    const about = policies.filter(
      ({ podSelector, policyTypes }) => selects(podSelector, pod.labels) && policyTypes.includes(way),
    );
    const rules = about.flatMap(({ ingress, egress }) =>
      way === "Ingress"
        ? (ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
        : (egress ?? []).map(({ to, ports }) => ({ peers: to, ports })),
    );
    const open = rules.filter(({ ports }) => ports.some((one) => one.port === port));
    return about.length === 0 || open.some(({ peers }) => peers.some((peer) => takes(peer, other)));
  };
  return lets(from, "Egress", to) && lets(to, "Ingress", from);
};

/** The connections that a search needs; all others must be denied. */
const needed = [
  "operator pruner 7000",
  "test pruner 7000",
  "pruner dataset 7001",
  "evaluator dataset 7001",
  "trainer dataset 7001",
  "search-trainer dataset 7001",
  "pruner nats 4222",
  "evaluator nats 4222",
  "trainer nats 4222",
  "search-trainer nats 4222",
  "nats nats 6222",
  ...["pruner", "dataset", "evaluator", "trainer", "search-trainer", "operator"].map(
    (name) => `${name} collector 4318`,
  ),
];
const ports = [4222, 4318, 6222, 7000, 7001, 7002, 7003, 8080, 8222, 8889];

describe.skipIf(helmBinary === undefined)(`the network of an installation${helmMissing}`, () => {
  for (const [name, values] of Object.entries(installations)) {
    if (name === "without a disk, policies and budgets") continue;

    it(`${name}: denies both ways to every pod, before anything is allowed`, async () => {
      const objects = await render(values);
      const deny = policiesOf(objects).filter(({ ingress, egress }) => ingress === undefined && egress === undefined);
      for (const pod of podsOf(objects)) {
        const about = deny.filter((policy) => selects(policy.podSelector, pod.labels));
        expect(
          about.map(({ policyTypes }) => policyTypes),
          pod.name,
        ).toContainEqual(["Ingress", "Egress"]);
      }
    });

    it(`${name}: lets through exactly the calls that a search needs`, async () => {
      const objects = await render(values);
      const policies = policiesOf(objects);
      const pods = podsOf(objects);
      const let_through = pods.flatMap((from) =>
        pods.flatMap((to) =>
          ports
            .filter((port) => mayCall(policies, from, to, port))
            .map((port) => `${componentOf(from.labels)} ${componentOf(to.labels)} ${port}`),
        ),
      );
      const there = new Set(pods.map(({ labels }) => componentOf(labels)));
      const expected = needed.filter((call) =>
        call
          .split(" ")
          .slice(0, 2)
          .every((one) => there.has(one)),
      );
      expect([...new Set(let_through)].sort()).toEqual([...expected].sort());
    });

    it(`${name}: lets every pod ask for names`, async () => {
      const objects = await render(values);
      const dns = policiesOf(objects).filter(({ egress }) =>
        (egress ?? []).some((rule) => rule.ports.some((one) => one.port === 53)),
      );
      for (const pod of podsOf(objects)) {
        expect(
          dns.some((policy) => selects(policy.podSelector, pod.labels)),
          pod.name,
        ).toBe(true);
      }
    });
  }

  it("lets trainers of the operator in from the namespaces that it serves, and by their labels alone", async () => {
    const peers = async (operator: object) =>
      policiesOf(await render({ operator }))
        .filter(({ podSelector }) => ["nats", "dataset"].includes(componentOf(podSelector.matchLabels)))
        .flatMap(({ ingress }) => ingress ?? [])
        .flatMap(({ from }) => from)
        .flatMap(({ namespaceSelector, podSelector }) =>
          namespaceSelector === undefined ? [] : [{ namespaceSelector, of: componentOf(podSelector?.matchLabels) }],
        );
    const named = await peers({ namespaces: ["team-a"] });
    expect(named).toHaveLength(2);
    for (const { namespaceSelector, of } of named) {
      const lets = (name: string) => selects(namespaceSelector, { "kubernetes.io/metadata.name": name });
      expect(["bnas-system", "team-a", "team-b"].filter(lets)).toEqual(["bnas-system", "team-a"]);
      expect(of).toBe("search-trainer");
    }
    for (const { namespaceSelector, of } of await peers({ clusterWide: true })) {
      expect(namespaceSelector).toEqual({});
      expect(of).toBe("search-trainer");
    }
  });

  it("gives trainers in a namespace of others a policy there: they call NATS and the dataset service, and no one calls them", async () => {
    const there = policiesOf(
      (await render({ operator: { namespaces: ["team-a"] } })).filter(
        ({ metadata }) => metadata.namespace === "team-a",
      ),
    );
    expect(there).toMatchObject([{ policyTypes: ["Ingress", "Egress"] }]);
    const calls = there
      .flatMap(({ egress }) => egress ?? [])
      .flatMap(({ to, ports }) =>
        to.map(({ namespaceSelector, podSelector }) => [
          namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"],
          componentOf(podSelector?.matchLabels),
          ports.map(({ port }) => port),
        ]),
      );
    expect(calls).toEqual([
      ["kube-system", "", [53, 53]],
      ["bnas-system", "dataset", [7001]],
      ["bnas-system", "nats", [4222]],
    ]);
    expect(there.flatMap(({ ingress }) => ingress ?? [])).toEqual([]);
  });

  it("lets SearchService be called from where people are, when that is said", async () => {
    const people = { namespaceSelector: { matchLabels: { team: "vision" } } };
    const peers = policiesOf(await render({ networkPolicy: { clients: [people] } }))
      .filter(({ podSelector }) => componentOf(podSelector.matchLabels) === "pruner")
      .flatMap(({ ingress }) => ingress ?? [])
      .flatMap(({ from }) => from);
    expect(peers).toContainEqual(people);
  });
});
