// What `helm test` runs in a pod: applies an ArchitectureSearch, follows it to its end, removes it. Ends with 0 when a genotype came.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const { NAMESPACE: namespace, SEARCH: search, TIMEOUT_SECONDS: seconds } = process.env;
const account = "/var/run/secrets/kubernetes.io/serviceaccount";
const resource = `https://kubernetes.default.svc/apis/bnas.dev/v1alpha1/namespaces/${namespace}/architecturesearches`;
const until = performance.now() + Number(seconds) * 1000;

/** One call of the API server; its answer, or undefined where the object is not there. */
const call = async (method, url, body) => {
  const headers = {
    authorization: `Bearer ${readFileSync(`${account}/token`, "utf8")}`,
    "content-type": "application/json",
  };
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  if (answer.status === 404 && method !== "POST") return undefined;
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};

const inTime = () => {
  if (performance.now() > until) throw new Error(`not done after ${seconds} s; test.timeoutSeconds gives it longer`);
};

/** Removes the search of an earlier run first. The deletion ends only when its facts and blobs are removed. */
const remove = async (name) => {
  while ((await call("DELETE", `${resource}/${name}`)) !== undefined) {
    inTime();
    await sleep(1000);
  }
};

const manifest = JSON.parse(search);
const { name } = manifest.metadata;
try {
  await remove(name);
  await call("POST", resource, manifest);
  console.log(`${name} applied`);
  let said = "";
  for (;;) {
    const status = (await call("GET", `${resource}/${name}`))?.status ?? {};
    const condition = (type) => status.conditions?.find((one) => one.type === type);
    const line = ["Accepted", "DatasetReady", "Running"]
      .map(condition)
      .filter((one) => one !== undefined)
      .map(({ type, reason, message }) => `${type}=${reason} ${message}`)
      .join("; ");
    if (line !== said) console.log(`round ${status.round ?? 0} of ${status.rounds ?? "?"}: ${line}`);
    said = line;
    if (condition("Failed")?.status === "True") throw new Error(condition("Failed").message);
    if (condition("Succeeded")?.status === "True") {
      console.log(status.genotype);
      break;
    }
    inTime();
    await sleep(1000);
  }
  await remove(name);
  console.log(`${name} removed, with its facts and blobs`);
} catch (error) {
  console.error(`the smoke search did not succeed: ${error.message}${error.cause ? ` (${error.cause.message})` : ""}`);
  process.exitCode = 1;
}
