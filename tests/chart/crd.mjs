// Reads Kubernetes objects as JSON from standard input and prints what the schemas of their custom resources say of them, one line a
// fault. The schemas come compiled and let unknown keys pass, so each object is handed over behind proxies: a key that no schema ever
// asked for is a key that the API server would drop.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SCHEMAS = {
  ServiceMonitor: "prometheus-operator/_schemas/ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1ServiceMonitor",
  PodMonitor: "prometheus-operator/_schemas/ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1PodMonitor",
  PrometheusRule: "prometheus-operator/_schemas/ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1PrometheusRule",
  HTTPRoute: "gateway-api/_schemas/IoK8sSigsGatewayApiApisV1HTTPRoute",
  Application: "argo-cd/_schemas/ComGithubArgoprojArgoCdV3PkgApisApplicationV1alpha1Application",
};
// Maps of names that the owner chooses, objects of other kinds, and metadata, which every kind shares.
const OPEN = /^\/metadata|\/matchLabels|\/labels|\/annotations|\/valuesObject/;
const MODULES = new URL("../../node_modules/@kubernetes-models/", import.meta.url);

function watched(value, path, seen) {
  if (value === null || typeof value !== "object") return value;
  const asked = new Set();
  const inner = Array.isArray(value) ? [] : {};
  for (const key of Object.keys(value)) inner[key] = watched(value[key], `${path}/${key}`, seen);
  if (!Array.isArray(value)) seen.push({ path, keys: Object.keys(value), asked });
  return new Proxy(inner, {
    get: (target, key) => {
      asked.add(key);
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
  for (const { path, keys, asked } of seen)
    for (const key of keys) if (!asked.has(key) && !OPEN.test(`${path}/${key}`)) console.log(`${name}${path}/${key}: unknown`);
}
