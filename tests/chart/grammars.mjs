// Reads queries as JSON from stdin, [["loki" or "tempo", query], …], and prints those that Grafana's grammars refuse, each with the text from its first error on.
import { parser as logql } from "@grafana/lezer-logql";
import { parser as traceql } from "@grafana/lezer-traceql";

const PARSERS = { loki: logql, tempo: traceql };
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const refused = [];
for (const [kind, query] of JSON.parse(Buffer.concat(chunks))) {
  let from = -1;
  PARSERS[kind].parse(query).iterate({
    enter: (node) => {
      if (node.type.isError && from < 0) from = node.from;
    },
  });
  if (from >= 0) refused.push([query, query.slice(from)]);
}
console.log(JSON.stringify(refused));
