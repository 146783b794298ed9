"""The terminal: its capabilities, writing to it in a thread, and detecting that it was closed."""

from __future__ import annotations

import codecs
import os
import select
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Final, TextIO

if sys.platform == "win32":
    from wizard.host import windows

    system = windows
else:
    from wizard.host import posix

    system = posix
"""What differs between systems at a terminal: both modules have the same functions."""

PATIENCE: Final = 2.0
"""Seconds `close` waits for a terminal that doesn't read."""


class Output(Thread):
    """A terminal to write to: `write` never waits and never fails.

    A terminal may stop reading (a stalled connection, Ctrl+S) or close at any time. Neither may
    hold up the event loop, where the response to a token request is being saved. Written with
    `os.write`: a thread that is stuck in a buffered stream would block the interpreter's exit.
    """

    def __init__(self, stream: TextIO) -> None:
        """Args: `stream`: gives the file descriptor and the encoding."""
        super().__init__(name="output", daemon=True)
        self._fd = stream.fileno()
        self._stream = stream
        self.encoding = stream.encoding
        self.errors = stream.errors
        """What the encoding does with a character that it lacks."""
        self._texts: SimpleQueue[str | None] = SimpleQueue()
        self.start()

    def fileno(self) -> int:
        """Return the terminal's file descriptor."""
        return self._fd

    def write(self, text: str) -> int:
        """Queue text; text for a terminal that is gone is dropped."""
        self._texts.put(text)
        return len(text)

    def flush(self) -> None:
        """Do nothing: the thread writes as soon as it can."""

    def close(self) -> None:
        """Wait until everything is written, for `PATIENCE` seconds at most."""
        self._texts.put(None)
        self.join(PATIENCE)

    def run(self) -> None:
        """Write what is queued until `close`."""
        is_open = True
        while is_open:
            texts = [self._texts.get()]
            while not self._texts.empty():
                texts.append(self._texts.get())
            is_open = None not in texts
            try:
                self._write("".join(text for text in texts if text))
            except OSError:
                system.hang_up()
                return

    def _write(self, text: str) -> None:
        if sys.platform == "win32":
            # A console takes characters, not bytes.
            self._stream.write(text)
            self._stream.flush()
        else:
            data = text.encode(self.encoding, self.errors or "replace")
            while data:
                try:
                    data = data[os.write(self._fd, data) :]
                except BlockingIOError:
                    # Another program that shares the terminal made it non-blocking.
                    select.select([], [self._fd], [])


def is_readable(stream: TextIO | None) -> bool:
    """Whether a terminal has input that no one has read; False for what isn't a terminal."""
    try:
        if stream is None or not stream.isatty():
            return False
        return bool(select.select([stream], [], [], 0)[0])
    except (OSError, ValueError):
        return False


def is_stalled(stream: TextIO) -> bool:
    """Whether a write to a terminal would block because nothing reads it."""
    # Windows has no such call for a console.
    if sys.platform != "win32":
        with suppress(OSError, ValueError):
            return not select.select([], [stream], [], 0)[1]
    return False


ESCAPE_DELAY: Final = "100"
"""Milliseconds Textual waits for the rest of a key that starts with Escape; its own default."""

ESCAPE_DELAY_OVER_SSH: Final = "400"
"""The same where packets travel: an arrow key split in two must not read as Escape."""

TEXTUAL_VARIABLES: Final = frozenset(
    {
        "TEXTUAL_ANIMATIONS",
        "TEXTUAL_DISABLE_KITTY_KEY",
        "TEXTUAL_FPS",
        "TEXTUAL_SMOOTH_SCROLL",
    }
)
"""Variables for the terminal or accessibility, which Textual reads leniently."""

_SSH_VARIABLES: Final = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")
_DUMB: Final = {"dumb", "unknown"}


def is_over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether the user is at another machine, with its own browser and clipboard."""
    return any(environ.get(name) for name in _SSH_VARIABLES)


def is_interactive() -> bool:
    """Whether stdin and stderr are terminals: Textual draws on stderr."""
    return _is_tty(sys.stdin) and _is_tty(sys.stderr)


def is_accessible(environ: Mapping[str, str]) -> bool:
    """Whether plain prompts are asked for, as by screen readers' users: ACCESSIBLE=1."""
    return environ.get("ACCESSIBLE", "") not in ("", "0")


def why_plain(environ: Mapping[str, str], encoding: str | None = None) -> str:
    """Say, in a sentence, why the screens cannot be drawn on this terminal; "" where they can.

    Args:
        environ: for TERM (terminfo(5); unset is fine, as Windows sets none) and the locale.
        encoding: the name of the encoding written with; that of stderr when None.
    """
    term = environ.get("TERM", "")
    if term.lower() in _DUMB:
        return f"This terminal can't move its cursor (TERM={term})."
    name = written_with(environ, encoding)
    if name != "utf-8":
        return f"This terminal doesn't support UTF-8 (its encoding is {name})."
    if not system.is_painting_on_terminal():
        return "The output is redirected, so the full-screen wizard can't be shown."
    return "" if system.takes_escapes() else "This console doesn't support escape sequences."


def written_with(environ: Mapping[str, str], encoding: str | None = None) -> str:
    """Return the encoding the terminal takes, as Python names it; see `why_plain`."""
    # Python itself writes UTF-8 there (PEP 540), whatever was asked for.
    if environ.get("LC_ALL") in ("C", "POSIX"):
        return "ascii"
    try:
        return codecs.lookup(encoding or getattr(sys.stderr, "encoding", None) or "ascii").name
    except LookupError:
        return "ascii"


def is_in_tmux(environ: Mapping[str, str]) -> bool:
    """Whether tmux runs between the wizard and the user's terminal, even across SSH."""
    return bool(environ.get("TMUX")) or environ.get("TERM", "").startswith("tmux")


def has_few_colors(environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether the terminal has no more than sixteen colors, or is to show none (NO_COLOR)."""
    if "NO_COLOR" in environ:
        return True
    if platform == "win32" or environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return False
    # As Rich reads it, which picks what is sent.
    return environ.get("TERM", "").rpartition("-")[2].lower() not in ("256color", "kitty")


def prepare_environment(variables: MutableMapping[str, str]) -> None:
    """Set ESCDELAY, which Textual reads on import, unless the user has set it.

    Of Textual's own variables only the harmless ones stay. Others send every key and paste,
    including secrets, to a console or a file (TEXTUAL=devtools, TEXTUAL_LOG). TEXTUAL_SCREENSHOT
    saves pictures of the screen, and TEXTUAL_DRIVER imports a module.
    """
    for name in [name for name in variables if name.upper().startswith("TEXTUAL")]:
        if name not in TEXTUAL_VARIABLES:
            del variables[name]
    if size(sys.stderr) is not None:
        # Exported by some containers and editors, they hide the window's real size.
        variables.pop("COLUMNS", None)
        variables.pop("LINES", None)
    is_remote = is_over_ssh(variables)
    variables.setdefault("ESCDELAY", ESCAPE_DELAY_OVER_SSH if is_remote else ESCAPE_DELAY)


def size(stream: TextIO | None) -> tuple[int, int] | None:
    """Return how many columns and rows a terminal has now; None where it doesn't tell."""
    try:
        found = os.get_terminal_size(stream.fileno()) if stream is not None else None
    except (OSError, ValueError):
        return None
    return (found.columns, found.lines) if found and found.columns and found.lines else None


def columns(stream: TextIO) -> int:
    """Return how many columns a terminal has now; 80 where it does not tell."""
    found = size(stream)
    return found[0] if found else 80


def _is_tty(stream: TextIO | None) -> bool:
    # None without a console (pythonw), closed after `<&-`; isatty raises on a closed one.
    return stream is not None and not stream.closed and stream.isatty()


def let_go() -> None:
    """Stop writing to a closed terminal.

    Python ends with 120, whatever exit code was meant, when stdout or stderr cannot be flushed.
    """
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  open to the very end
    sys.stdout = sys.stderr = nowhere
