import { describe, expect, it } from "vitest";
import { chart, helm, helmBinary, helmMissing } from "./helm.js";
import { installations } from "./installations.js";
import { componentOf, containersOf } from "./kubernetes-objects.js";
import { podsOf, render, withValues } from "./rendered.js";

const isTask = (name: string): boolean => /^(Pod|Job)\//.test(name);

describe.skipIf(helmBinary === undefined)(`every pod of an installation${helmMissing}`, () => {
  for (const [name, values] of Object.entries(installations)) {
    describe(name, () => {
      it("pleases helm lint", async () => {
        const { ok, said } = await withValues(values, "lint", "--strict", chart);
        expect(said).toContain("0 chart(s) failed");
        expect(ok).toBe(true);
      });

      it("may run where Pod Security is restricted", async () => {
        for (const { name, spec } of podsOf(await render(values))) {
          expect(spec.securityContext, name).toMatchObject({
            runAsNonRoot: true,
            seccompProfile: { type: "RuntimeDefault" },
          });
          expect(spec.securityContext?.runAsUser, name).toBeGreaterThan(0);
          expect(spec.hostNetwork ?? spec.hostPID ?? spec.hostIPC, name).toBeUndefined();
          for (const container of containersOf(spec)) {
            expect(container.securityContext, `${name} ${container.name}`).toEqual({
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              runAsNonRoot: true,
              capabilities: { drop: ["ALL"] },
            });
            expect(
              container.volumeMounts?.map((mount) => mount.mountPath),
              `${name}: /tmp`,
            ).toContain("/tmp");
          }
        }
      });

      it("has a limit on memory, asks for memory and a processor, and ends in its time", async () => {
        for (const { name, spec } of podsOf(await render(values))) {
          expect(spec.terminationGracePeriodSeconds, name).toBeGreaterThan(0);
          for (const container of containersOf(spec)) {
            expect(container.resources?.limits?.memory, `${name} ${container.name}`).toBeDefined();
          }
        }
      });

      it("is probed, with five seconds to answer", async () => {
        for (const { name, spec } of podsOf(await render(values)).filter(({ name }) => !isTask(name))) {
          for (const container of spec.containers) {
            for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"] as const) {
              expect(container[probe]?.timeoutSeconds, `${name} ${probe}`).toBe(5);
            }
          }
        }
      });

      it("is started again only when its process does not answer, and gets calls only when it can serve", async () => {
        for (const { name, spec } of podsOf(await render(values)).filter(({ name }) => !isTask(name))) {
          for (const { readinessProbe, livenessProbe } of spec.containers) {
            if (readinessProbe?.grpc === undefined) continue;
            expect(readinessProbe.grpc.service, name).toBeUndefined();
            expect(livenessProbe?.grpc, name).toEqual({ ...readinessProbe.grpc, service: "alive" });
          }
        }
      });

      it("runs an image that will not change under it", async () => {
        for (const { name, spec } of podsOf(await render(values))) {
          for (const { image } of containersOf(spec)) {
            expect(image, name).toMatch(/(:[\w][\w.-]*|@sha256:[0-9a-f]{64})$/);
            expect(image, name).not.toMatch(/:latest$/);
          }
        }
      });

      it("has no token of the API server but where it calls it", async () => {
        for (const { name: pod, labels, spec } of podsOf(await render(values))) {
          const component = componentOf(labels);
          const calls = component === "operator" || (component === "test" && name !== "without an operator");
          expect(spec.automountServiceAccountToken, pod).toBe(calls);
          expect(spec.enableServiceLinks, pod).toBe(false);
        }
      });

      it("mounts the volumes it names, and names those it mounts", async () => {
        for (const { name, spec } of podsOf(await render(values))) {
          const mounted = containersOf(spec).flatMap(({ volumeMounts }) => volumeMounts?.map((mount) => mount.name));
          const claimed = name === "StatefulSet/bnas-nats" || name === "StatefulSet/search-nats" ? ["data"] : [];
          const named = new Set([...(spec.volumes ?? []).map((volume) => volume.name), ...claimed]);
          expect(new Set(mounted), name).toEqual(named);
        }
      });
    });
  }

  it("is probed by gRPC in plain text, and by its port behind TLS, which the kubelet does not speak to gRPC", async () => {
    const probes = async (values: object) =>
      podsOf(await render({ ...values }))
        .filter(({ name }) => name === "Deployment/bnas-dataset")
        .map(({ spec }) => spec.containers[0]?.readinessProbe);
    expect(await probes({})).toMatchObject([{ grpc: { port: 7001 } }]);
    expect(await probes({ tls: { mode: "cert-manager" } })).toMatchObject([{ tcpSocket: { port: 7001 } }]);
  });

  it("sees the data only where images are read", async () => {
    const volumes = [{ name: "cifar", mountPath: "/data/cifar10", source: { hostPath: { path: "/srv/cifar10" } } }];
    const mounts = podsOf(await render({ dataset: { volumes } })).flatMap(({ name, spec }) =>
      containersOf(spec)
        .flatMap(({ volumeMounts = [] }) => volumeMounts)
        .filter(({ mountPath }) => mountPath === "/data/cifar10")
        .map(({ readOnly }) => [name, readOnly]),
    );
    expect(mounts).toEqual([["Deployment/bnas-dataset", true]]);
  });

  it("keeps decoded pictures in a volume of their own, with room beside what the cache may take, or nowhere", async () => {
    const dataset = async (values: object) => {
      const pods = podsOf(await render({ dataset: values })).filter(({ name }) => name === "Deployment/bnas-dataset");
      return pods.flatMap(({ spec }) => [
        ...(spec.volumes ?? []).filter(({ name }) => name === "cache"),
        ...containersOf(spec).flatMap(({ env = [] }) =>
          env.filter(({ name }) => name.startsWith("BNAS_DATASET_CACHE")),
        ),
      ]);
    };
    expect(await dataset({ cacheMib: 1000 })).toEqual([
      { name: "cache", emptyDir: { sizeLimit: "1256Mi" } },
      { name: "BNAS_DATASET_CACHE", value: "/cache" },
      { name: "BNAS_DATASET_CACHE_MIB", value: "1000" },
    ]);
    expect(await dataset({})).toEqual([]);
  });

  it("needs a Kubernetes that has what it uses", async () => {
    const { ok, said } = await helm("show", "chart", chart);
    expect(ok).toBe(true);
    expect(said).toContain("kubeVersion: '>=1.29.0-0'");
  });
});
