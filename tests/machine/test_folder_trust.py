"""Which cache folders are trusted: those that no other user may write to, and the volumes that Kubernetes prepares for a pod."""

import logging
import os
import stat
from pathlib import Path

import pytest

from blog.machine import folder_trust
from blog.machine.cache import Cache, key

KEY = key("a post")
OURS, ANOTHER = os.geteuid(), 54321
OUR_GROUP, ANOTHER_GROUP = os.getegid(), 54321


def _status(uid: int, gid: int, mode: int) -> os.stat_result:
    return os.stat_result((stat.S_IFDIR | mode, 1, 1, 1, uid, gid, 0, 0, 0, 0))


def _refusal(uid: int, gid: int, mode: int, *, mounted: bool = False) -> str | None:
    return folder_trust.refusal("/cache", _status(uid, gid, mode), frozenset([OUR_GROUP]), mounted=mounted)


@pytest.mark.parametrize(
    ("uid", "gid", "mode", "mounted"),
    [
        pytest.param(OURS, OUR_GROUP, 0o755, False, id="ours"),
        pytest.param(OURS, OUR_GROUP, 0o700, False, id="ours-alone"),
        pytest.param(0, 0, 0o755, False, id="built-by-root"),
        pytest.param(0, ANOTHER_GROUP, 0o555, False, id="read-only-image"),
        pytest.param(0, OUR_GROUP, 0o2775, True, id="volume-with-fsgroup"),
        pytest.param(OURS, OUR_GROUP, 0o2775, False, id="folder-on-a-volume-with-fsgroup"),
        pytest.param(0, OUR_GROUP, 0o2777, True, id="emptydir-with-fsgroup"),
    ],
)
def test_a_private_folder_or_a_pods_volume_is_trusted(uid: int, gid: int, mode: int, mounted: bool) -> None:  # noqa: FBT001
    assert _refusal(uid, gid, mode, mounted=mounted) is None


@pytest.mark.parametrize(
    ("uid", "gid", "mode", "mounted", "why"),
    [
        pytest.param(ANOTHER, OUR_GROUP, 0o755, False, "another user owns it", id="owned-by-another"),
        pytest.param(ANOTHER, OUR_GROUP, 0o2775, True, "another user owns it", id="volume-of-another"),
        pytest.param(OURS, OUR_GROUP, 0o777, False, "every user may write", id="writable-for-all"),
        pytest.param(0, 0, 0o1777, True, "every user may write", id="tmp-itself"),
        pytest.param(0, OUR_GROUP, 0o2777, False, "every user may write", id="like-an-emptydir-and-no-mount"),
        pytest.param(0, ANOTHER_GROUP, 0o2777, True, "every user may write", id="emptydir-of-another-group"),
        pytest.param(OURS, OUR_GROUP, 0o775, False, "its group may write", id="writable-for-our-group"),
        pytest.param(0, ANOTHER_GROUP, 0o2775, True, "its group may write", id="volume-of-another-group"),
    ],
)
def test_the_refusal_of_a_folder_that_others_may_write_names_its_owner_and_mode(
    uid: int,
    gid: int,
    mode: int,
    mounted: bool,  # noqa: FBT001
    why: str,
) -> None:
    message = _refusal(uid, gid, mode, mounted=mounted)
    assert message
    for fact in ("/cache (BLOG_CACHE_DIR)", f"owner {uid}", f"group {gid}", f"mode {mode:04o}", why):
        assert fact in message


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o707])
def test_a_refused_cache_reads_and_writes_nothing_and_logs_it_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    caplog.set_level(logging.INFO)
    Cache(tmp_path / "cache").put(KEY, b"forged")
    (tmp_path / "cache").chmod(mode)
    before = sorted((tmp_path / "cache").rglob("*"))
    cache = Cache(tmp_path / "cache")
    assert cache.get(KEY) is None
    assert cache.within("editions").get(KEY) is None
    cache.put(key("another"), b"text")
    assert not cache.writable
    assert sorted((tmp_path / "cache").rglob("*")) == before
    (message,) = [record.getMessage() for record in caplog.records if record.name == "blog.machine.cache"]
    assert f"mode {mode:04o}" in message
    assert "chmod go-w" in message


def test_a_folder_that_becomes_writable_for_others_is_not_used_from_then_on(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    cache.put(KEY, b"ours")
    assert cache.get(KEY) == b"ours"
    (tmp_path / "cache").chmod(0o777)
    assert cache.get(KEY) is None


def test_only_the_owner_may_write_to_a_new_folder_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Cache(tmp_path / "new" / "cache").within("editions").put(KEY, b"text")
    finally:
        os.umask(before)
    made = [tmp_path / "new" / "cache", *(tmp_path / "new" / "cache").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o022 for path in made} == {0}
    assert Cache(tmp_path / "new" / "cache").within("editions").get(KEY) == b"text"


def _by_link(place: Path) -> None:
    place.rename(place.with_name("aside"))
    place.symlink_to("aside")


def _by_pipe(place: Path) -> None:
    place.unlink()
    os.mkfifo(place)


@pytest.mark.parametrize(
    "replace",
    [
        pytest.param(_by_link, id="link"),
        pytest.param(_by_pipe, id="pipe"),
        pytest.param(lambda place: place.chmod(0o666), id="writable-for-all"),
        pytest.param(
            lambda place: os.chown(place, ANOTHER, -1),
            id="owned-by-another",
            marks=pytest.mark.skipif(OURS != 0, reason="only root may change the owner of a file"),
        ),
    ],
)
def test_an_entry_that_is_no_regular_file_of_ours_is_missing(tmp_path: Path, replace: object) -> None:
    cache = Cache(tmp_path)
    cache.put(KEY, b"ours")
    assert callable(replace)
    replace(cache.place(KEY))
    assert cache.get(KEY) is None
