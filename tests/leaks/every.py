"""All screens, as found in the code."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, Final

from textual.screen import Screen

import wizard.ui
from wizard.ui.dialog import Dialog
from wizard.ui.step_bases import IntoFilesScreen, LinkScreen
from wizard.ui.step_screen import StepScreen

_FRAMES: Final = {Dialog, StepScreen, LinkScreen, IntoFilesScreen}
"""Base classes, which are shown only through their subclasses."""


def screens() -> set[type[Screen[Any]]]:
    """Return every step and dialog."""
    for module in pkgutil.walk_packages(wizard.ui.__path__, "wizard.ui."):
        importlib.import_module(module.name)
    found: set[type[Screen[Any]]] = set()
    waiting: list[type[Screen[Any]]] = [Dialog, StepScreen]
    while waiting:
        kind = waiting.pop()
        found.add(kind)
        waiting += kind.__subclasses__()
    return {kind for kind in found - _FRAMES if kind.__module__.startswith("wizard.")}
