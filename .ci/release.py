"""Names, chart and notes of a published commit or tag. Uses only the standard library, so that no job has to install anything.

names    image, chart repository and versions, as lines for GITHUB_OUTPUT
check    compares the versions of the tag, the package, the chart and the CHANGELOG; exit code 1 if they differ
notes    the tag's section of CHANGELOG.md
package  dist/blog-VERSION.tgz: the chart, with this repository's image in its values
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(os.environ.get("BLOG_REPOSITORY_ROOT", Path(__file__).parents[1]))
DIST = ROOT / "dist"
# The placeholder for the repository in the chart's files.
EXAMPLE = "example/blog"
# The grammar of Semantic Versioning without build metadata, which the tag of an image may not contain.
TAG = re.compile(r"v(?P<version>(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9a-z]+(\.[0-9a-z]+)*)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The commit of a branch, or the tag, that is published."""

    repository: str
    tag: str | None
    run: str
    sha: str
    version: str  # that of the package in the tree

    @property
    def image(self) -> str:
        """The image's name in lower case, as registries require."""
        return f"ghcr.io/{self.repository.lower()}"

    @property
    def charts(self) -> str:
        return f"ghcr.io/{self.repository.lower().partition('/')[0]}/charts"

    @property
    def short(self) -> str:
        return self.sha[:7]

    @property
    def package_version(self) -> str:
        """The package's version; for a branch, a local version of the next release (PEP 440)."""
        return self.version if self.tag else f"{self.version}+g{self.short}"

    @property
    def chart_version(self) -> str:
        """The chart's version. That of a branch is above the release in the tree and below the next one, and unique by the number of the run.

        Without the g, a hash of digits would be a number.
        """
        if self.tag:
            return self.version
        major, minor, patch = self.version.partition("-")[0].split(".")
        return f"{major}.{minor}.{int(patch) + 1}-main.{self.run}.g{self.short}"

    @property
    def image_tag(self) -> str:
        return self.tag or f"sha-{self.short}"

    def outputs(self) -> Mapping[str, str]:
        return {
            "image": self.image,
            "charts": self.charts,
            "version": self.package_version,
            "chart_version": self.chart_version,
            "image_tag": self.image_tag,
            "epoch": _git("log", "-1", "--format=%ct"),
            "created": _git("log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ"),
        }


def _git(*arguments: str) -> str:
    command, environ = ["git", *arguments], {**os.environ, "TZ": "UTC"}
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=True, text=True).stdout.strip()


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _value(name: str, pattern: str) -> str:
    found = re.search(pattern, _read(name), re.MULTILINE)
    return found[1] if found else "none"


def package_version() -> str:
    return _value("src/blog/__init__.py", r'^__version__ = "(.*)"')


def source(environ: Mapping[str, str]) -> Source:
    """The source by GitHub's variables; without them, the commit that is checked out, as run 0."""
    return Source(
        repository=environ.get("GITHUB_REPOSITORY", EXAMPLE),
        tag=environ["GITHUB_REF_NAME"] if environ.get("GITHUB_REF_TYPE") == "tag" else None,
        run=f"{environ.get('GITHUB_RUN_NUMBER', '0')}.{environ.get('GITHUB_RUN_ATTEMPT', '0')}",
        sha=environ.get("GITHUB_SHA") or _git("rev-parse", "HEAD"),
        version=package_version(),
    )


def notes(tag: str) -> str:
    """The section of a tag in the CHANGELOG, below `## 1.2.3` or `## [1.2.3]`, with or without a date; may be empty."""
    heading = rf"^## \[?{re.escape(tag.removeprefix('v'))}\]?(?:[ \t][^\n]*)?$"
    found = re.search(rf"{heading}\n(.*?)(?=^## |^\[[^\]]+\]: |\Z)", _read("CHANGELOG.md"), re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def faults(tag: str) -> Iterator[str]:
    expected = TAG.fullmatch(tag)
    if not expected:
        yield f"{tag!r} is not a version such as v1.2.3 or v1.2.3-rc.1"
        return
    versions = {
        "src/blog/__init__.py: __version__": f"v{package_version()}",
        "chart/Chart.yaml: version": "v" + _value("chart/Chart.yaml", r'^version: "?([^"\s]+)'),
        # The default tag of the image, and so the tag itself.
        "chart/Chart.yaml: appVersion": _value("chart/Chart.yaml", r'^appVersion: "?([^"\s]+)'),
    }
    different = {where: version for where, version in versions.items() if version != tag}
    yield from (f"{where} is {version}, the tag is {tag}" for where, version in different.items())
    if not notes(tag):
        yield f"CHANGELOG.md: nothing below a heading for {expected['version']}"


def _with_names(text: str, publishing: Source) -> str:
    text = text.replace(f"ghcr.io/{EXAMPLE}", publishing.image).replace("ghcr.io/example/charts", publishing.charts)
    # Also in regular expressions, where the dot is escaped.
    return re.sub(rf"(github\\?\.com|githubusercontent\.com)/{EXAMPLE}", rf"\1/{publishing.repository}", text)


def staged_chart(publishing: Source) -> Path:
    """A copy of the chart with the names of the image and of the repository."""
    if f"ghcr.io/{EXAMPLE}" not in _read("chart/values.yaml"):
        sys.exit(f"chart/values.yaml: there is no ghcr.io/{EXAMPLE} to replace with {publishing.image}")
    shutil.rmtree(DIST / "chart", ignore_errors=True)
    copy = shutil.copytree(ROOT / "chart", DIST / "chart" / "blog")
    # Boards link to the documentation too, and their template replaces that address.
    for path in (it for it in copy.rglob("*") if it.is_file()):
        path.write_text(_with_names(path.read_text(encoding="utf-8"), publishing), encoding="utf-8")
    return copy


def package(publishing: Source) -> None:
    chart = staged_chart(publishing)
    versions = ["--version", publishing.chart_version, "--app-version", publishing.image_tag]
    sys.exit(subprocess.run(["helm", "package", chart, *versions, "--destination", DIST], check=False).returncode)


def _check(tag: str) -> None:
    found = list(faults(tag))
    sys.exit("\n".join(found) if found else 0)


def main(command: str) -> None:
    tag = os.environ.get("TAG", "")
    match command:
        case "names":
            print("\n".join(f"{name}={value}" for name, value in source(os.environ).outputs().items()))
        case "check":
            _check(tag)
        case "notes":
            print(notes(tag))
        case "stage":
            print(staged_chart(source(os.environ)))
        case "package":
            package(source(os.environ))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:2] or [""])
