"""Quicker imports of FastAPI and pydantic: a third of a start's processor time is spent on work that a start does not need."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from pydantic import BaseModel


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import FastAPI without collections of garbage, without pydantic.v1, and without validators of its models of OpenAPI.

    FastAPI treats a pydantic.v1 that cannot be imported as one that is not installed. pydantic builds a deferred validator with its first use,
    which is the first request for the OpenAPI document.
    """
    gc.disable()
    modules = cast("dict[str, object]", sys.modules)
    modules.setdefault("pydantic.v1", None)
    BaseModel.model_config["defer_build"] = True
    try:
        import fastapi.openapi.models  # noqa: F401, PLC0415 -- no other models are deferred
    finally:
        del BaseModel.model_config["defer_build"]
    try:
        yield
    finally:
        # What was imported stays, so later collections need not look at it.
        gc.freeze()
        gc.enable()
