"""Listener of builds and publications, through which tracing and metrics observe them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blog.machine.stages import Stage, Start, untimed_stage, untimed_start

if TYPE_CHECKING:
    from blog.build.edition import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildListener:
    """Callbacks for tracing and metrics: a build, its stages, a publication (the edition, and the seconds that it took), a refusal (faults)."""

    start: Start = untimed_start
    stage: Stage = untimed_stage
    published: "Callable[[Edition, float], None]" = lambda _edition, _seconds: None
    refused: Callable[[int], None] = lambda _faults: None
