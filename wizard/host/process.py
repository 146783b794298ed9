"""This process: how it was started, what ends it, and crash reports without secrets."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wizard.domain import journal

if TYPE_CHECKING:
    from types import FrameType

    from wizard.domain.text import Program

SIGNALS: Final[tuple[int, ...]] = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")
    if hasattr(signal, name)
)
"""Ctrl+C first. Windows lacks SIGHUP and SIGQUIT; only it has SIGBREAK (Ctrl+Break).

SIGQUIT (Ctrl+\\) would otherwise leave a terminal without echo.
"""


HANG_UP: Final = getattr(signal, "SIGHUP", 0)
"""Ignored once it has come: a closing window may send it again, until the very end."""


def leave_on_signals(leave: Callable[[], object]) -> None:
    """Call a function in the running loop on each of the signals, for an orderly exit."""
    import asyncio

    loop = asyncio.get_running_loop()

    def hung_up(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_IGN)
        # The loop may be closed by now.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(leave)

    for number in SIGNALS:
        # Not outside the main thread (tests).
        with suppress(ValueError, RuntimeError):
            if number == HANG_UP:
                # The loop would restore the default handler at its end, when a second one comes.
                # The handlers of the others have it woken by this one too.
                signal.signal(number, hung_up)
            else:
                loop.add_signal_handler(number, leave)


def prepare_exit() -> None:
    """See to it that the process ends with its exit code, also if the terminal was closed.

    At its end, Python restores the default handlers, and flushes stderr.
    """
    if HANG_UP:
        signal.signal(HANG_UP, signal.SIG_IGN)
    try:
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        # It is gone, or there was none.
        from wizard.host.terminal import let_go

        let_go()


def end_on_signals() -> None:
    """Set the signal handlers; the wizard and network requests replace them with their own.

    An ignored signal, as under nohup, remains ignored.
    """
    for number in SIGNALS[1:]:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(_number: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        handler(signal.SIGINT, frame)
    else:
        from wizard.domain.problems import ExitCode

        # Ctrl+C is ignored, as in a script's background job.
        # The files on disk are complete at any time.
        os._exit(ExitCode.SIGNAL)


def protect() -> None:
    """Disable core dumps, and replace Python's reports of uncaught exceptions."""
    if sys.platform != "win32":
        import resource

        # The soft limit: a browser that is started may be given another one.
        with suppress(OSError, ValueError):
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    threading.excepthook = lambda fault: note_fault(fault.exc_value)
    sys.unraisablehook = lambda fault: note_fault(fault.exc_value)


def note_fault(error: BaseException | None) -> None:
    """Log an uncaught exception, if a log is kept.

    Only its type and its places: the message may hold a secret. Nothing is printed, as that would
    garble the screen.
    """
    if error is not None and not isinstance(error, SystemExit):
        from wizard.domain.errors.local import crash

        problem = crash(error)
        journal.note("; ".join((problem.title, problem.cause, *problem.detail)), is_problem=True)


def started(environ: Mapping[str, str] = os.environ, *, ca_file: Path | None = None) -> Program:
    """Return the program as it was started.

    Its name alone is used only if PATH leads to this installation. Otherwise it is
    the full path of its script, or of the interpreter that runs it as a module.

    Args:
        ca_file: the additional certificates it was given.
    """
    # Imported here, as in `_is_found`: `protect` comes before everything that takes time.
    from wizard.domain.text import NAME, Program

    words = (NAME,) if _is_found(NAME, environ) else _script(NAME)
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


def _is_found(name: str, environ: Mapping[str, str]) -> bool:
    """Whether a shell in any folder finds this installation by name."""
    import shutil
    import sysconfig

    found = shutil.which(name, path=environ.get("PATH", os.defpath))
    if found is None or not Path(found).is_absolute():
        return False
    ours = (_started_file(), Path(sysconfig.get_path("scripts"), Path(found).name))
    return any(path.exists() and path.samefile(found) for path in ours)


def _script(name: str) -> tuple[str, ...] | None:
    """Return the script that was started, also by a symbolic link of another name."""
    script = _started_file()
    is_ours = name in (script.stem, script.resolve().stem)
    # abspath: a link stays a link, as where an update makes it lead to another folder.
    return (os.path.abspath(script),) if is_ours and script.exists() else None  # noqa: PTH100


def _started_file() -> Path:
    """Return the file that was started; an installed script on Windows leaves out its .exe."""
    program = Path(f"{sys.argv[0]}.exe")
    return program if sys.platform == "win32" and program.exists() else Path(sys.argv[0])


def _folder() -> str:
    """Return the folder of the modules, "" where Python finds them by itself.

    With -P, that is: without it a `wizard.py` in the current folder would run instead.
    """
    root = str(Path(__file__).parents[2])
    # The first entry is the current folder, which -P leaves out.
    path = sys.path if sys.flags.safe_path else sys.path[1:]
    return "" if root in path else root
