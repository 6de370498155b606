// Reads Kubernetes objects as JSON from standard input, validates them by the schemas of their custom resources, and prints the faults, one
// per line. The compiled schemas accept unknown keys, so each object is wrapped in proxies: a key that the validation never reads is one that
// the API server would drop.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SCHEMAS = {
  ServiceMonitor: "prometheus-operator/_schemas/ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1ServiceMonitor",
  PodMonitor: "prometheus-operator/_schemas/ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1PodMonitor",
  PrometheusRule: "prometheus-operator/_schemas/ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1PrometheusRule",
  HTTPRoute: "gateway-api/_schemas/IoK8sSigsGatewayApiApisV1HTTPRoute",
  Application: "argo-cd/_schemas/ComGithubArgoprojArgoCdV3PkgApisApplicationV1alpha1Application",
};
// Maps with arbitrary keys, objects of other kinds, and metadata, which all kinds share.
const OPEN = /^\/metadata|\/matchLabels|\/labels|\/annotations|\/valuesObject/;
const MODULES = new URL("../../node_modules/@kubernetes-models/", import.meta.url);

function watched(value, path, seen) {
  if (value === null || typeof value !== "object") return value;
  const read = new Set();
  const inner = Array.isArray(value) ? [] : {};
  for (const key of Object.keys(value)) inner[key] = watched(value[key], `${path}/${key}`, seen);
  if (!Array.isArray(value)) seen.push({ path, keys: Object.keys(value), read });
  return new Proxy(inner, {
    get: (target, key) => {
      read.add(key);
      return target[key];
    },
  });
}

for (const object of JSON.parse(readFileSync(0, "utf8"))) {
  const name = `${object.kind}/${object.metadata.name}`;
  const { validate } = await import(fileURLToPath(new URL(`${SCHEMAS[object.kind]}.js`, MODULES)));
  const seen = [];
  if (!validate(watched(object, "", seen)))
    for (const fault of validate.errors) console.log(`${name}${fault.instancePath}: ${fault.keyword} ${JSON.stringify(fault.params)}`);
  for (const { path, keys, read } of seen)
    for (const key of keys) if (!read.has(key) && !OPEN.test(`${path}/${key}`)) console.log(`${name}${path}/${key}: unknown`);
}
