"""How this process was started, so that printed commands start the same program again."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from wizard.domain.text import NAME, Program


def started(environ: Mapping[str, str] = os.environ, *, ca_file: Path | None = None) -> Program:
    """Return the program as it was started.

    Its name alone is used only if PATH leads to this installation. Otherwise it is
    the full path of its script, or of the interpreter that runs it as a module.

    Args:
        ca_file: the additional certificates it was given.
    """
    words = (NAME,) if _is_found(environ) else _script()
    folder = "" if words else _folder()
    # abspath: it may be started again in another folder, and a symbolic link stays one.
    options = ("--ca-file", os.path.abspath(ca_file)) if ca_file else ()  # noqa: PTH100
    is_named = bool(environ.get("SCIM_WIZARD_PROFILE"))
    return Program(
        words or (sys.executable, "-P", "-m", "wizard"),
        is_profile_always_named=is_named,
        options=options,
        folder=folder,
        is_for_powershell=sys.platform == "win32",
    )


def _is_found(environ: Mapping[str, str]) -> bool:
    """Whether a shell in any folder finds this installation by name."""
    found = shutil.which(NAME, path=environ.get("PATH", os.defpath))
    if found is None or not Path(found).is_absolute():
        return False
    ours = (Path(sys.argv[0]), Path(sysconfig.get_path("scripts"), Path(found).name))
    return any(path.exists() and path.samefile(found) for path in ours)


def _script() -> tuple[str, ...] | None:
    """Return the script that was started, also by a symbolic link of another name."""
    script = Path(sys.argv[0])
    is_ours = NAME in (script.stem, script.resolve().stem)
    # abspath: a link stays a link, as where an update makes it lead to another folder.
    return (os.path.abspath(script),) if is_ours and script.exists() else None  # noqa: PTH100


def _folder() -> str:
    """Return the folder of the modules, "" where Python finds them by itself.

    With -P, that is: without it a `wizard.py` in the current folder would run instead.
    """
    root = str(Path(__file__).parents[2])
    # The first entry is the current folder, which -P leaves out.
    path = sys.path if sys.flags.safe_path else sys.path[1:]
    return "" if root in path else root
