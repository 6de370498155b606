"""Where posts come from: values, volumes, or a Git repository with verified commits."""

import base64
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.chart.conftest import Need, RefusalOf, Release, Render

VERIFY = Path(__file__).parents[2] / "chart" / "files" / "verify.sh"
GIT = {"enabled": True, "repository": "https://git.example.com/me/posts"}
HOSTILE = '{{ .Release.Name }} {{ include "x" }} \t"quoted" \\n é\n\n  indented \n'


def volume(release: "Release", name: str) -> dict[str, Any]:
    (found,) = (each for each in release.template["spec"]["volumes"] if each["name"] == name)
    return dict(found)


def mounts(container: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in container["volumeMounts"]}


def test_posts_arrive_as_they_were_written(render: "Render") -> None:
    posts = {
        "hello.md": HOSTILE,
        "notes/größe.md": "---\n",
        "empty.md": "",
        "windows.md": "\r\na\r\n",
        'quote"s.md': "</b> &",
    }
    # Characters that YAML reads as a line break, as nothing, or not at all.
    posts |= {f"{number}.md": f"a{each}b\U0001f600" for number, each in enumerate("\u0085\u2028\ufeff\x7f\u00a0\x01")}
    release = render({"posts": posts})
    found = release.one("ConfigMap", "-posts")
    data = found["data"] | {key: base64.b64decode(text).decode() for key, text in found["binaryData"].items()}
    files = {item["path"]: data[item["key"]] for item in volume(release, "posts")["configMap"]["items"]}
    assert files == posts
    assert release.environment["BLOG_POSTS_DIR"] == mounts(release.blog)["posts"]["mountPath"] == "/posts"


def test_a_changed_post_rolls_the_pods_unless_the_blog_reloads_it(render: "Render") -> None:
    def annotations(text: str, *, reload: bool) -> object:
        return render({"posts": {"a.md": text}, "blog": {"reload": reload}}).template["metadata"]["annotations"]

    assert annotations("one", reload=False) != annotations("two", reload=False)
    assert annotations("one", reload=True) == annotations("two", reload=True)


def test_more_posts_than_a_config_map_holds_are_refused(refusal_of: "RefusalOf") -> None:
    message = refusal_of({"posts": {"a.md": "x" * 1_048_573}})
    assert "posts have 1048577 bytes, and a ConfigMap holds 1048576: use gitSync" in message


@pytest.mark.parametrize("name", ["../a.md", "/a.md", "a//b.md", ".hidden", "a/../b.md"])
def test_a_post_outside_of_the_folder_is_refused(name: str, refusal_of: "RefusalOf") -> None:
    assert "/posts" in refusal_of({"posts": {name: "x"}})


def test_a_claim_for_posts_outlives_the_release_and_is_mounted_read_only(render: "Render") -> None:
    release = render({"persistence": {"posts": {"enabled": True, "size": "5Gi", "subPath": "blog"}}})
    claim = release.one("PersistentVolumeClaim")
    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert claim["spec"]["resources"]["requests"]["storage"] == "5Gi"
    assert volume(release, "posts")["persistentVolumeClaim"] == {
        "claimName": claim["metadata"]["name"],
        "readOnly": True,
    }
    assert mounts(release.blog)["posts"] == {
        "name": "posts",
        "mountPath": "/posts",
        "readOnly": True,
        "subPath": "blog",
    }


def test_an_existing_claim_is_used_and_none_is_created(render: "Render") -> None:
    release = render({"persistence": {"posts": {"enabled": True, "existingClaim": "mine", "retain": False}}})
    assert release.all("PersistentVolumeClaim") == []
    assert volume(release, "posts")["persistentVolumeClaim"]["claimName"] == "mine"


@pytest.mark.parametrize(
    ("cache", "source"),
    [
        ({}, {"emptyDir": {"sizeLimit": "1536Mi"}}),
        ({"type": "claim"}, {"persistentVolumeClaim": {"claimName": "blog-cache"}}),
        ({"type": "claim", "existingClaim": "mine"}, {"persistentVolumeClaim": {"claimName": "mine"}}),
    ],
)
def test_the_cache_has_a_volume_and_stays_below_its_size(
    cache: dict[str, str], source: dict[str, Any], render: "Render"
) -> None:
    release = render({"persistence": {"cache": {"enabled": True, **cache}}})
    assert volume(release, "cache") == {"name": "cache", **source}
    assert release.environment["BLOG_CACHE_DIR"] == mounts(release.blog)["cache"]["mountPath"]
    assert int(release.environment["BLOG_CACHE_MAX_MB"]) == 1382


def test_git_sync_runs_once_before_the_blog_and_then_beside_it(render: "Render") -> None:
    release = render({"gitSync": {**GIT, "folder": "content", "credentials": {"existingSecret": "git"}}})
    once, beside = release.template["spec"]["initContainers"]
    assert "--one-time" in once["args"]
    assert "restartPolicy" not in once
    assert beside["restartPolicy"] == "Always"
    assert "--max-failures=-1" in beside["args"]
    for container in (once, beside):
        assert "--link=current" in container["args"]
        assert "--password-file=/credentials/password" in container["args"]
        assert container["resources"]["requests"]["cpu"]
        assert not mounts(container)["git"].get("readOnly")
    assert mounts(release.blog)["git"]["readOnly"]
    assert release.environment["BLOG_POSTS_DIR"] == "/git/current/content"
    assert release.environment["BLOG_RELOAD"] == "true"


@pytest.mark.parametrize(
    ("repository", "port"),
    [
        ("https://git.example.com/me/posts", 443),
        ("https://git.example.com:8443/me/posts", 8443),
        ("ssh://git@git.example.com:2222/me/posts", 2222),
        ("git@git.example.com:me/posts", 22),
    ],
)
def test_the_network_policy_allows_the_repository_and_nothing_more(
    repository: str, port: int, render: "Render"
) -> None:
    ssh = {} if repository.startswith("https") else {"existingSecret": "key"}
    values = {"gitSync": {**GIT, "repository": repository, "ssh": ssh}, "tracing": {"enabled": False}}
    _, rule = render(values).one("NetworkPolicy")["spec"]["egress"]
    assert rule == {"ports": [{"port": port, "protocol": "TCP"}]}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"posts": {"a.md": "x"}, "gitSync": GIT}, "posts and gitSync: set one of them"),
        ({"gitSync": {"enabled": True}}, "gitSync.enabled needs gitSync.repository"),
        ({"gitSync": {**GIT, "repository": "git@host:me"}}, "needs gitSync.ssh.existingSecret"),
        ({"gitSync": {**GIT, "ssh": {"existingSecret": "k"}}}, "gitSync.ssh.existingSecret needs a gitSync.repository as ssh://"),
        ({"gitSync": {**GIT, "repository": "https://me:secret@host/x"}}, "must not have a password"),
        ({"gitSync": {**GIT, "verify": {"enabled": True}}}, "gitSync.verify.enabled needs gitSync.verify.allowedSigners"),
        ({"gitSync": GIT, "blog": {"postsDir": "/posts"}}, "blog.postsDir (/posts) is not in /git/current"),
        ({"posts": {"a.md": "x"}, "volumes": [{"name": "posts", "emptyDir": {}}]}, "volumes must not have posts"),
        ({"persistence": {"cache": {"enabled": True, "size": "64Mi"}}, "blog": {"cacheMaxMb": 65}}, "blog.cacheMaxMb (65) is more than persistence.cache.size (64Mi)"),
        ({"persistence": {"posts": {"enabled": True, "accessModes": ["ReadWriteOnce"]}}}, "only one node can mount the volume"),
        ({"persistence": {"cache": {"enabled": True, "type": "claim", "accessModes": ["ReadWriteOncePod"]}}}, "only one node can mount the volume"),
    ],
)  # fmt: skip
def test_content_that_contradicts_itself_is_refused(
    values: dict[str, Any], message: str, refusal_of: "RefusalOf"
) -> None:
    assert message in refusal_of(values)


class Repository:
    """A Git repository whose worktree is where git-sync would publish it, with two signers."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.signer, self.stranger = (self._key(name) for name in ("signer", "stranger"))
        signers = root / "allowed_signers"
        signers.write_text(f"mara@example.com {self.signer.with_suffix('.pub').read_text()}", encoding="utf-8")
        config = {"gpg.ssh.allowedSignersFile": str(signers), "gpg.format": "ssh"}
        config |= {"user.name": "Mara", "user.email": "mara@example.com"}
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(root), "GIT_CONFIG_COUNT": str(len(config))}
        for number, (key, value) in enumerate(config.items()):
            self.environ |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        self.git("init", "--quiet", str(root / "incoming"))

    def _key(self, name: str) -> Path:
        path = self.root / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
        return path

    def git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        return subprocess.run(command, env=self.environ, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, text: str, key: Path | None) -> str:
        """A commit of one post; without a key it is not signed."""
        (self.root / "incoming" / "hello.md").write_text(text, encoding="utf-8")
        at = ("-C", str(self.root / "incoming"))
        self.git(*at, "add", "hello.md")
        self.git(*at, "commit", "--quiet", "--message", "x", f"--gpg-sign={key}" if key else "--no-gpg-sign")
        return self.git(*at, "rev-parse", "HEAD")

    def verify(self) -> subprocess.CompletedProcess[str]:
        command = ["sh", str(VERIFY), str(self.root), "once"]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, check=False)

    def served(self) -> str:
        return (self.root / "current" / "hello.md").read_text(encoding="utf-8")


@pytest.fixture
def repository(tmp_path: Path, need: "Need") -> Repository:
    need("git", "apt-get install git")
    need("ssh-keygen", "apt-get install openssh-client")
    return Repository(tmp_path)


def test_only_commits_of_an_allowed_signer_are_served(repository: Repository) -> None:
    repository.commit("unsigned", None)
    first = repository.verify()
    assert first.returncode == 1
    assert "nothing stays" in first.stderr
    assert not (repository.root / "current").exists()

    signed = repository.commit("signed", repository.signer)
    assert repository.verify().returncode == 0
    assert repository.served() == "signed"

    for key in (repository.stranger, None):
        refused = repository.commit(f"forged by {key}", key)
        done = repository.verify()
        assert done.returncode == 1
        assert f"refused {refused}: it has no signature of an allowed signer; {signed} stays" in done.stderr
        assert repository.served() == "signed"


def test_what_is_served_is_the_commit_and_not_the_worktree(repository: Repository) -> None:
    repository.commit("signed", repository.signer)
    (repository.root / "incoming" / "hello.md").write_text("changed on disk", encoding="utf-8")
    assert repository.verify().returncode == 0
    assert repository.served() == "signed"


def test_only_the_commit_before_is_kept(repository: Repository) -> None:
    commits = []
    for text in ("one", "two", "three"):
        commits.append(repository.commit(text, repository.signer))
        assert repository.verify().returncode == 0
    assert {path.name for path in (repository.root / "verified").iterdir()} == set(commits[1:])
    assert repository.served() == "three"


def test_the_blog_reads_verified_commits_only(render: "Render") -> None:
    release = render({"gitSync": {**GIT, "verify": {"enabled": True, "allowedSigners": "me ssh-ed25519 AAAA"}}})
    names = [each["name"] for each in release.template["spec"]["initContainers"]]
    assert names == ["git-sync-once", "verify-once", "git-sync", "verify"]
    for container in release.template["spec"]["initContainers"]:
        if container["name"].startswith("git-sync"):
            assert "--link=incoming" in container["args"]
    assert release.environment["BLOG_POSTS_DIR"] == "/git/current"
    assert release.one("ConfigMap", "-verify")["data"]["verify.sh"] == VERIFY.read_text(encoding="utf-8")
