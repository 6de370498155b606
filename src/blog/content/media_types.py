"""Kinds of files that a site serves, by extension, and kinds that it refuses."""

from pathlib import PurePosixPath

_PLAIN = "text/plain; charset=utf-8"
PICTURES = {
    "png": "image/png",
    "apng": "image/apng",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "ico": "image/x-icon",
    "svg": "image/svg+xml",
}
# The pictures that social networks draw on cards: the rest of PICTURES, and others, they ignore without a word.
_ON_CARDS = frozenset({"png", "jpg", "jpeg", "gif", "webp"})
_NOT_ON_CARDS = frozenset({*PICTURES, "svgz", "heic", "heif", "jxl", "tif", "tiff", "bmp"}) - _ON_CARDS
AUDIO = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "weba": "audio/webm",
}
_VIDEO = {
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "ogv": "video/ogg",
    "webm": "video/webm",
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
}
_DOCUMENTS = {
    "pdf": "application/pdf",
    "epub": "application/epub+zip",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "vcf": "text/vcard; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "geojson": "application/geo+json",
    "ipynb": "application/x-ipynb+json",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "toml": "application/toml",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
_ARCHIVES = {
    "zip": "application/zip",
    "gz": "application/gzip",
    "tgz": "application/gzip",
    "bz2": "application/x-bzip2",
    "xz": "application/x-xz",
    "zst": "application/zstd",
    "7z": "application/x-7z-compressed",
    "tar": "application/x-tar",
}
_FONTS = {"woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf"}
# Sources are sent as text with nosniff, so a browser shows them and runs none.
_TEXTS = dict.fromkeys(
    ("txt", "text", "log", "diff", "patch", "asc", "sig", "pub", "conf", "ini", "sql", "sh", "py", "go", "rs", "bib", "tex"),
    _PLAIN,
)  # fmt: skip
MEDIA_TYPES = PICTURES | AUDIO | _VIDEO | _DOCUMENTS | _ARCHIVES | _FONTS | _TEXTS
# Browsers run script in these, or apply them to a page, with the rights of the whole site.
_ACTIVE = frozenset({
    "html", "htm", "xhtml", "xht", "shtml", "dhtml", "mht", "mhtml", "svgz", "xml", "xsl", "xslt", "xul", "rdf", "rss", "atom", "mml", "mathml",
    "js", "mjs", "cjs", "jsx", "ts", "tsx", "css", "wasm", "swf", "hta", "htc", "jar", "class", "vbs", "appcache",
})  # fmt: skip


def extension(path: PurePosixPath) -> str:
    """The extension in lower case, without its dot; empty if there is none."""
    return path.suffix[1:].lower()


def is_served(path: PurePosixPath) -> bool:
    return extension(path) in MEDIA_TYPES


def is_picture(path: PurePosixPath) -> bool:
    return extension(path) in PICTURES


# What browsers play in a <video>; the other kinds that they play are AUDIO.
_PLAYED_VIDEO = frozenset({"mp4", "m4v", "mov", "ogv", "webm"})
_POSTERS = ("jpg", "png", "webp", "avif")
# Captions are looked for in these languages: a.en.vtt beside a.mp4.
CAPTION_LANGUAGES = (
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "da", "nb", "fi", "uk", "ru", "tr", "el", "hu", "ro", "ar", "he", "fa", "hi", "ja",
    "ko", "zh", "vi", "id",
)  # fmt: skip


def player_of(target: str) -> str:
    """The element that plays a file of this site, by its extension: ``video`` or ``audio``; empty for everything else.

    >>> player_of("talk/a.MP4#t=10"), player_of("/a.ogg"), player_of("a.png"), player_of("https://a.example/a.mp4")
    ('video', 'audio', '', '')
    """
    path = target.partition("#")[0].partition("?")[0]
    if ":" in path.partition("/")[0] or path.startswith("//"):
        return ""
    kind = extension(PurePosixPath(path))
    return "video" if kind in _PLAYED_VIDEO else "audio" if kind in AUDIO else ""


def posters(path: PurePosixPath) -> tuple[PurePosixPath, ...]:
    """Where the still of a video is looked for: a.poster.jpg beside a.mp4."""
    return tuple(path.with_name(f"{path.stem}.poster.{kind}") for kind in _POSTERS)


def captions(path: PurePosixPath) -> dict[str, PurePosixPath]:
    """Where the captions of a recording are looked for, by language; the language of a.vtt is that of the text."""
    return {"": path.with_name(f"{path.stem}.vtt")} | {
        language: path.with_name(f"{path.stem}.{language}.vtt") for language in CAPTION_LANGUAGES
    }


def companions(path: PurePosixPath) -> tuple[PurePosixPath, ...]:
    """The files that are shown with a file if they are there: a picture for dark themes, a still, captions."""
    if dark := dark_version(path):
        return (dark,)
    player = player_of(path.name)
    stills = posters(path) if player == "video" else ()
    return (*stills, *captions(path).values()) if player else ()


def dark_version(path: PurePosixPath) -> PurePosixPath | None:
    """The path of the version of a picture that is shown in dark themes, whether it exists or not; None if the file can have none.

    >>> str(dark_version(PurePosixPath("images/a.png"))), dark_version(PurePosixPath("a.dark.png")), dark_version(PurePosixPath("a.pdf"))
    ('images/a.dark.png', None, None)
    """
    if not is_picture(path) or path.stem.endswith(".dark"):
        return None
    return path.with_name(f"{path.stem}.dark{path.suffix}")


# The pictures that a card may be a section of: it is a JPEG then.
CROPPED = _ON_CARDS | {"avif"}


def is_on_cards(target: str) -> bool:
    """Whether social networks draw a picture, by its extension; one of another site without an extension may be of any kind.

    >>> is_on_cards("images/a.PNG"), is_on_cards("https://a.example/b.svg?v=1.png"), is_on_cards("https://a.example/b"), is_on_cards("data:,x")
    (True, False, True, False)
    """
    path = PurePosixPath(target.partition("#")[0].partition("?")[0])
    return not target.lower().startswith("data:") and extension(path) not in _NOT_ON_CARDS


def is_audio(path: PurePosixPath) -> bool:
    return extension(path) in AUDIO


def is_active(path: PurePosixPath) -> bool:
    """Whether browsers could run script in a file of this kind, or apply it to a page."""
    return extension(path) in _ACTIVE


def refusal(path: PurePosixPath) -> str:
    """Why a file of a kind that is not served is not, and what to do.

    >>> refusal(PurePosixPath("demo.html"))
    '.html files are not served: they could run script as part of this site; put it in a .zip file, or on another host'
    """
    kind = extension(path)
    if not kind:
        return "files without an extension are not served; give it one, such as .txt"
    if kind in _ACTIVE:
        return f".{kind} files are not served: they could run script as part of this site; put it in a .zip file, or on another host"
    return f".{kind} files are not served: their media type is not known; put it in a .zip file, or name it .txt if it is text"
