"""The project installs all packages that it imports, including those of the demo."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

BY_OTHERS = {"socksio"}
"""Packages that a dependency brings with it: httpx[socks]."""


def imported() -> set[str]:
    """Return the top-level packages that the wizard imports, except the standard library."""
    names: set[str] = set()
    for path in (ROOT / "wizard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
    tops = {name.partition(".")[0] for name in names}
    return tops - sys.stdlib_module_names - {"wizard"}


def required() -> set[str]:
    """Return the distributions that are installed when no extra is named."""
    names = (re.match(r"[\w.-]+", each) for each in PROJECT["dependencies"])
    return {name[0].lower() for name in names if name}


def test_every_import_is_a_dependency_without_an_extra() -> None:
    known = packages_distributions()
    missing = {
        top
        for top in imported() - BY_OTHERS
        if not {name.lower() for name in known.get(top, [])} & required()
    }
    assert missing == set()


def test_extra_of_the_demo_may_still_be_named() -> None:
    assert PROJECT["optional-dependencies"]["demo"] == []
