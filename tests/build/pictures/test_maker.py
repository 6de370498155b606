"""Smaller versions of pictures: which are made, by which process, and what is kept in the cache."""

import io
import re
import subprocess
import sys
import time
from pathlib import Path, PurePosixPath

import pytest
from PIL import Image

from blog.build.pictures.maker import Maker
from blog.content.files import File, read_file
from blog.machine.cache import Cache

NOISE = 60


def picture(width: int, height: int, kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A blurred noise, which is about as hard to compress as a photo."""
    noise = Image.effect_noise((max(1, width // 4), max(1, height // 4)), NOISE).resize((width, height))
    buffer = io.BytesIO()
    noise.convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def file(body: bytes, name: str = "a.jpg") -> File:
    read, _ = read_file(PurePosixPath(name), body)
    return read


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


def made(body: bytes, name: str = "a.jpg") -> tuple[dict[str, list[tuple[int, int]]], str]:
    (result,) = Maker(Cache(None), makes=True)([file(body, name)]).values()
    sizes: dict[str, list[tuple[int, int]]] = {}
    for variant in result.variants:
        sizes.setdefault(variant.extension, []).append((variant.width, variant.height))
    return sizes, result.problem


def test_a_photo_has_versions_of_three_widths_in_two_formats() -> None:
    (result,) = Maker(Cache(None), makes=True)([file(picture(2400, 1600, quality=95))]).values()
    assert result.problem == ""
    assert {(it.extension, it.width, it.height) for it in result.variants} == {
        (kind, *size) for kind in ("avif", "webp") for size in ((480, 320), (960, 640), (1920, 1280))
    }
    for variant in result.variants:
        assert opened(variant.body).size == (variant.width, variant.height)
        assert opened(variant.body).format == variant.extension.upper()


def test_no_version_is_larger_than_the_picture() -> None:
    sizes, problem = made(picture(700, 350, quality=95))
    assert problem == ""
    assert sizes["avif"] == [(480, 240), (700, 350)]


def test_a_kind_that_is_not_smaller_than_the_picture_is_left_out() -> None:
    body = io.BytesIO()
    Image.effect_noise((600, 400), 200).convert("1").save(body, "PNG")
    sizes, _ = made(body.getvalue(), "a.png")
    assert "avif" not in sizes


def test_a_picture_that_is_too_tall_for_a_format_is_in_the_other_one() -> None:
    screenshot = picture(24, 17_000, "PNG")
    sizes, problem = made(screenshot, "a.png")
    assert (sizes, problem) == ({"avif": [(24, 17_000)]}, "")
    assert made(picture(8, 70_000, "PNG"), "a.png") == ({}, "")


def test_versions_are_upright_and_have_no_metadata() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret camera"
    (result,) = Maker(Cache(None), makes=True)([file(picture(640, 320, quality=95, exif=exif))]).values()
    assert {(it.width, it.height) for it in result.variants} == {(320, 640)}
    for variant in result.variants:
        assert not opened(variant.body).getexif()
        assert b"Secret" not in variant.body


def test_the_transparency_of_a_picture_stays() -> None:
    body = io.BytesIO()
    image = opened(picture(500, 300))
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    image.save(body, "PNG")
    (result,) = Maker(Cache(None), makes=True)([file(body.getvalue(), "a.png")]).values()
    assert result.variants
    assert all(opened(variant.body).mode == "RGBA" for variant in result.variants)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        pytest.param("a.gif", picture(300, 200, "GIF", "L"), id="gif"),
        pytest.param("a.jpg", picture(300, 200, mode="CMYK"), id="cmyk"),
        pytest.param("a.png", picture(300, 200, "PNG", "I;16"), id="16-bits"),
    ],
)
def test_other_pictures_have_no_versions(name: str, body: bytes) -> None:
    assert not any(it.variants or it.problem for it in Maker(Cache(None), makes=True)([file(body, name)]).values())


def test_an_animation_has_no_versions() -> None:
    frames = [Image.effect_noise((200, 100), NOISE) for _ in range(50)]
    for kind in ("WEBP", "PNG"):
        buffer = io.BytesIO()
        frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
        assert made(buffer.getvalue(), f"a.{kind.lower()}") == ({}, "")


def test_an_animated_gif_of_500_frames_is_served_as_it_is() -> None:
    frames = [Image.effect_noise((20, 10), NOISE) for _ in range(500)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    animated = file(buffer.getvalue(), "a.gif")
    assert (animated.width, animated.height) == (20, 10)
    assert animated.body == buffer.getvalue()
    assert Maker(Cache(None), makes=True)([animated]) == {}


def test_a_picture_with_too_many_pixels_is_not_decoded() -> None:
    bomb = picture(40, 40, "PNG", "1")
    huge = bomb.replace((40).to_bytes(4) * 2, (20_000).to_bytes(4) * 2)
    started = time.process_time()
    assert made(huge, "a.png") == (
        {},
        "has 20,000 by 20,000 pixels; no smaller versions are made of more than 50 million",
    )
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("name", "body"),
    [
        pytest.param("a.jpg", picture(300, 200)[:-600] + b"\xff\xd9", id="jpeg-without-its-middle"),
        pytest.param(
            "a.png", picture(300, 200, "PNG")[:-600] + picture(300, 200, "PNG")[-12:], id="png-without-its-middle"
        ),
        pytest.param("a.webp", picture(300, 200, "WEBP")[:40].ljust(2000, b"\0"), id="webp-of-zeros"),
    ],
)
def test_a_broken_picture_is_a_problem_and_ends_nothing(name: str, body: bytes) -> None:
    good = file(picture(300, 200, quality=95), "good.jpg")
    broken = File(PurePosixPath(name), body, 300, 200)
    results = Maker(Cache(None), makes=True)([broken, good])
    assert results[good.path].variants
    assert not results[good.path].problem
    assert re.match(r"cannot be decoded \(\w+: |$", results[broken.path].problem)


def test_a_worker_that_does_not_respond_is_ended() -> None:
    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", "import time; time.sleep(60)"]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    maker = Maker(Cache(None), makes=True, start=start, most_seconds=0.2)
    (result,) = maker([file(picture(30, 20))]).values()
    assert result.problem == "takes too long to be made smaller"


def test_versions_come_from_the_cache_without_a_worker(tmp_path: Path) -> None:
    def start() -> subprocess.Popen[bytes]:
        raise AssertionError

    cache, photo = Cache(tmp_path), file(picture(600, 400, quality=95))
    maker = Maker(cache, makes=True)
    first = maker([photo])
    assert next(iter(first.values())).variants
    found = Maker(cache, makes=False, start=start)
    assert found([photo]) == first
    assert found.cache_keys() == maker.cache_keys()
    assert found.unmade == 0
    unknown = Maker(cache, makes=False, start=start)
    assert unknown([file(picture(500, 400))]) == {}
    assert unknown.unmade == 1


def test_a_damaged_entry_of_the_cache_is_made_again(tmp_path: Path) -> None:
    cache, photo = Cache(tmp_path), file(picture(500, 300, quality=95))
    maker = Maker(cache, makes=True)
    first = maker([photo])
    for entry in maker.cache_keys():
        cache.put(entry, b"[]\n")
    assert Maker(cache, makes=True)([photo]) == first


def test_the_serving_process_does_not_import_pillow() -> None:
    code = "import sys, blog.app, blog.build.builder, blog.build.pictures.maker; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
