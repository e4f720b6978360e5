import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { chart, helmBinary, helmMissing } from "./helm.js";
import { installations } from "./installations.js";
import { withValues } from "./rendered.js";

/** The kinds of objects that a file of that name makes, in every folder. */
const kinds: Readonly<Record<string, RegExp>> = {
  "autoscaling.yaml": /^(HorizontalPodAutoscaler|ScaledObject)$/,
  "certificates.yaml": /^(Issuer|Certificate)$/,
  "configmap.yaml": /^ConfigMap$/,
  "crd-roles.yaml": /^ClusterRole$/,
  "crd.yaml": /^CustomResourceDefinition$/,
  "dashboard.yaml": /^ConfigMap$/,
  "deployment.yaml": /^Deployment$/,
  "lease.yaml": /^Lease$/,
  "networkpolicy.yaml": /^NetworkPolicy$/,
  "pdb.yaml": /^PodDisruptionBudget$/,
  "persistentvolumeclaim.yaml": /^PersistentVolumeClaim$/,
  "prometheusrule.yaml": /^PrometheusRule$/,
  "rbac.yaml": /^(Cluster)?Role(Binding)?$/,
  "secret.yaml": /^Secret$/,
  "service.yaml": /^Service$/,
  "serviceaccount.yaml": /^ServiceAccount$/,
  "servicemonitor.yaml": /^ServiceMonitor$/,
  "smoke-search.yaml": /^(ServiceAccount|Role|RoleBinding|ConfigMap|Pod)$/,
  "statefulset.yaml": /^StatefulSet$/,
};

describe.skipIf(helmBinary === undefined)(`a template file${helmMissing}`, () => {
  it.each(Object.entries(installations))("is named after the objects in it: %s", async (_, values) => {
    const { said } = await withValues(values, "template", "bnas", chart);
    // helm names the file above every object.
    for (const document of said.split(/^---$/m)) {
      const [, file] = /^# Source: (\S+)$/m.exec(document) ?? [];
      if (file === undefined) continue;
      expect(parse(document).kind, file).toMatch(kinds[basename(file)] ?? /no such file/);
    }
  });
});
