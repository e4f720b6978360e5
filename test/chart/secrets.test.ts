import { describe, expect, it } from "vitest";
import { helmBinary, helmMissing } from "./helm.js";
import { installations } from "./installations.js";
import { componentOf } from "./kubernetes-objects.js";
import { podsOf, render, renderAgain } from "./rendered.js";

describe.skipIf(helmBinary === undefined)(`the secrets of an installation${helmMissing}`, () => {
  for (const [name, values] of Object.entries(installations)) {
    it(`${name}: are files, and in no variable, argument or ConfigMap`, async () => {
      const objects = await render(values);
      const secrets = objects
        .filter(({ kind }) => kind === "Secret")
        .flatMap((secret) => Object.values(secret.stringData ?? {}));
      const words = secrets.flatMap((text) => text.match(/\b[A-Za-z0-9]{40}\b/g) ?? []);
      const elsewhere = JSON.stringify(objects.filter(({ kind }) => kind !== "Secret"));
      for (const word of words) expect(elsewhere).not.toContain(word);
      for (const { name, spec } of podsOf(objects)) {
        for (const container of spec.containers) {
          expect(container.envFrom, name).toBeUndefined();
          for (const variable of container.env ?? []) expect(variable.valueFrom?.secretKeyRef, name).toBeUndefined();
        }
      }
    });

    it(`${name}: give each service its own user of NATS and no other`, async () => {
      for (const { name, labels, spec } of podsOf(await render(values))) {
        const given = (spec.volumes ?? [])
          .filter((volume) => volume.name === "nats")
          .flatMap((volume) => volume.secret?.items ?? []);
        const component = componentOf(labels).replace("search-", "");
        expect(
          given.map((item) => item.key).filter((key) => key !== component),
          name,
        ).toEqual([]);
      }
    });
  }

  it("hold a long password for every user of deploy/nats, the same in both places, and another in each installation", async () => {
    const users = async () => {
      const [secret] = (await renderAgain()).filter(
        ({ kind, metadata }) => kind === "Secret" && metadata.name === "bnas-nats-users",
      );
      if (secret === undefined) throw new Error("there is no Secret bnas-nats-users");
      return secret.stringData ?? {};
    };
    const first = await users();
    expect(Object.keys(first).sort()).toEqual(["admin", "evaluator", "passwords.conf", "pruner", "trainer"]);
    for (const user of ["admin", "evaluator", "pruner", "trainer"]) {
      const [, password] = /^(\S+ \S+)\n$/.exec(first[user] ?? "")?.[1]?.split(" ") ?? [];
      expect(password).toMatch(/^[A-Za-z0-9]{40}$/);
      expect(first["passwords.conf"]).toContain(`${user}_password: "${password}"`);
    }
    expect((await users()).trainer).not.toBe(first.trainer);
  });

  it("give each service its own token, and the list of all to those alone that are called", async () => {
    const pods = podsOf(await render({ serviceTokens: { existingSecret: "tokens" }, trainer: { replicas: 1 } }));
    const given = pods.map(({ labels, spec }) => [
      componentOf(labels),
      (spec.volumes ?? [])
        .filter(({ secret }) => secret?.secretName === "tokens")
        .flatMap(({ secret }) => secret?.items?.map(({ key }) => key) ?? ["all of it"]),
    ]);
    expect(Object.fromEntries(given)).toMatchObject({
      dataset: ["tokens"],
      evaluator: ["evaluator", "tokens"],
      pruner: ["pruner"],
      trainer: ["trainer"],
      "search-trainer": ["trainer"],
      operator: [],
    });
  });

  it("give namespaces of trainers the user of the trainer alone", async () => {
    const secrets = (await render({ operator: { namespaces: ["team-a"] } })).filter(
      ({ kind, metadata }) => kind === "Secret" && metadata.namespace === "team-a",
    );
    expect(secrets.map(({ stringData }) => Object.keys(stringData ?? {}))).toEqual([["trainer"]]);
  });
});
