"""Listener of builds and publications, through which tracing and metrics observe them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from blog.machine.stages import Stage, Start, untimed_stage, untimed_start


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildListener:
    """Callbacks for tracing and metrics: a build, its stages, a publication (posts by state, warnings, seconds), a refusal (faults)."""

    start: Start = untimed_start
    stage: Stage = untimed_stage
    published: Callable[[Mapping[str, int], int, float], None] = lambda _states, _warnings, _seconds: None
    refused: Callable[[int], None] = lambda _faults: None
