"""Deletes old versions of the packages that main publishes: images with only a tag sha-…, and charts X.Y.Z-main.…, with their signatures.

Releases, `latest`, the KEEP newest of each and whatever is younger than DAYS stay, and so does what an image that stays consists of. Nothing is
deleted if one of these cannot be read. Reads GITHUB_REPOSITORY, OWNER_KIND (users or orgs), KEEP, DAYS and DRY_RUN; uses gh and docker.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

DISPOSABLE = re.compile(r"sha-[0-9a-f]{7,40}|\d+\.\d+\.\d+-main\..+")
# cosign's tags and those of the OCI referrers' fallback name the digest of what they belong to.
BELONGS_TO = re.compile(r"sha256-([0-9a-f]{64})(\..+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a package: a manifest with its tags."""

    number: int
    digest: str
    tags: frozenset[str]
    created: datetime

    @classmethod
    def parse(cls, fields: dict[str, Any]) -> "Version":
        return cls(
            number=fields["id"],
            digest=fields["name"],
            tags=frozenset(fields["metadata"]["container"]["tags"]),
            created=datetime.fromisoformat(fields["created_at"]),
        )

    @property
    def disposable(self) -> bool:
        return bool(self.tags) and all(DISPOSABLE.fullmatch(tag) for tag in self.tags)

    @property
    def subjects(self) -> set[str]:
        """The digests that its tags say it belongs to."""
        return {f"sha256:{found[1]}" for tag in self.tags if (found := BELONGS_TO.fullmatch(tag))}


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def children(image: str, version: Version) -> set[str]:
    """The digests that an index lists, and its own."""
    raw = json.loads(output("docker", "buildx", "imagetools", "inspect", "--raw", f"{image}@{version.digest}"))
    return {version.digest} | {each["digest"] for each in raw.get("manifests", [])}


def expired(versions: Iterable[Version], keep: int, before: datetime) -> set[Version]:
    """The disposable versions beyond the newest, that are older than a moment."""
    newest_first = sorted((each for each in versions if each.disposable), key=lambda each: each.created, reverse=True)
    return {each for each in newest_first[keep:] if each.created < before}


def to_delete(image: str, versions: list[Version], keep: int, before: datetime) -> list[Version]:
    """What expired, and what belongs to nothing that stays."""
    gone = expired(versions, keep, before)
    staying = [each for each in versions if each.tags and not each.subjects and each not in gone]
    needed = {digest for each in staying for digest in children(image, each)}
    orphans = {
        each
        for each in versions
        if each not in gone
        and each.created < before
        and each.digest not in needed
        and (not each.tags or (each.subjects and not each.subjects & needed))
    }
    return sorted(gone | orphans, key=lambda each: each.created)


def prune(package: str, image: str) -> None:
    owner = os.environ["GITHUB_REPOSITORY"].partition("/")[0]
    path = f"/{os.environ['OWNER_KIND']}/{owner}/packages/container/{quote(package, safe='')}/versions"
    listed = json.loads(output("gh", "api", "--paginate", "--slurp", path))
    versions = [Version.parse(fields) for page in listed for fields in page]
    before = datetime.now(UTC) - timedelta(days=int(os.environ.get("DAYS", "90")))
    for version in to_delete(image, versions, int(os.environ.get("KEEP", "30")), before):
        print(f"{package}: {version.digest} {' '.join(sorted(version.tags)) or '(no tag)'}")
        if not os.environ.get("DRY_RUN"):
            output("gh", "api", "--method", "DELETE", f"{path}/{version.number}")


def main() -> None:
    owner, _, repository = os.environ["GITHUB_REPOSITORY"].lower().partition("/")
    try:
        prune(repository, f"ghcr.io/{owner}/{repository}")
        prune("charts/blog", f"ghcr.io/{owner}/charts/blog")
    except subprocess.CalledProcessError as problem:
        sys.exit(f"{' '.join(problem.cmd)}: {problem.stderr.strip()}; nothing more is deleted")


if __name__ == "__main__":
    main()
