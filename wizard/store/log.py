"""The log of SCIM_WIZARD_LOG: what the wizard does and its libraries log, without secrets."""

from __future__ import annotations

import logging
import os
import re
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final

from wizard.domain import journal
from wizard.domain.errors.local import BAD_LOG
from wizard.domain.errors.store import FILE_IS_LINK, FILE_NOT_OURS, FILE_NOT_PLAIN
from wizard.domain.problems import SetupError
from wizard.domain.secret import MASK, Redaction
from wizard.store.files import open_for_appending

LINE_LIMIT: Final = 4000
"""The most characters of a line."""
SEARCHED: Final = 16_384
"""The most characters of a text that are searched, so that no line takes long."""
SHORTEST: Final = 8
"""The shortest value that is masked, in characters. A secret being typed begins with one
letter, which must not be masked in every line."""

_NAMES: Final = (
    r"(?:client_secret|code_verifier|(?:refresh|access|id)_token|code|state|password|assertion"
    r"|(?:proxy-)?authorization|(?:set-)?cookie)"
)
_QUOTED: Final = r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)"""
_BY_NAME: Final = (
    # "code": "x" and (b'Authorization', b'Bearer x'), also with escaped quotes.
    re.compile(
        rf"(?i)(\\{{0,8}}['\"]{_NAMES}\\{{0,8}}['\"]\s*[:,]\s*b?)(?:\\{{1,8}}['\"].*?\\{{1,8}}['\"]|{_QUOTED})"
    ),
    # code=… in a query or a form, also percent-encoded.
    re.compile(
        rf"(?i)(?:(?<![\w-])|(?<=%[\da-f]{{2}}))({_NAMES}(?:=|%(?:25)*3D))(?!{MASK})[^\s&\"'<>,;)\]}}]+"
    ),
    # Authorization: …, to the end of the line.
    re.compile(r"(?i)((?:authorization|cookie)\s*:\s*)[^\r\n'\"]+"),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}"),
    # https://user:password@host
    re.compile(r"(://)[^\s/?#@]+(?=@)"),
    # A JWT, whatever it stands in.
    re.compile(r"()\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?"),
)


class Redactor:
    """Masks secrets in lines, by their values and by the names of their fields."""

    def __init__(self) -> None:
        self._redaction = Redaction()
        self._lock = Lock()
        """Other threads add secrets while a line is being written."""

    def conceal(self, value: str) -> None:
        """Mask a secret from now on, in all its spellings."""
        if len(value) >= SHORTEST:
            with self._lock:
                self._redaction.add(value)

    def line(self, text: str) -> str:
        """Return a text as one line of at most LINE_LIMIT characters."""
        is_long = len(text) > SEARCHED
        if is_long:
            # Its last word may be the beginning of a secret.
            text = text[:SEARCHED]
            text = text.rpartition(" ")[0] or text
        with self._lock:
            text = self._redaction.hidden(text)
        for pattern in _BY_NAME:
            text = pattern.sub(rf"\1{MASK}", text)
        # Truncate last, or the beginning of a secret might remain at the end.
        is_cut = is_long or len(text) > LINE_LIMIT
        return "".join(map(_visible, text[:LINE_LIMIT])) + ("…" if is_cut else "")


def _visible(character: str) -> str:
    """Return a character, or its Python escape if it is an invisible one."""
    is_visible = character.isprintable()
    return character if is_visible else character.encode("unicode_escape").decode("ascii")


_OURS: Final = logging.getLogger("wizard")
_UNFIT: Final = {
    FILE_IS_LINK.id: "it's a symbolic link",
    FILE_NOT_PLAIN.id: "it isn't a regular file",
    FILE_NOT_OURS.id: "it belongs to another user",
}


@contextmanager
def keeping(path: Path) -> Iterator[LogFile]:
    """Append to a log until the end of the block, including the loggers of all libraries.

    Raises SetupError if the file can't be created, or isn't the user's own.
    """
    descriptor, root = _open(path), logging.getLogger()
    log, level = LogFile(descriptor), root.level
    root.addHandler(log)
    root.setLevel(logging.DEBUG)
    journal.keep(log)
    try:
        yield log
    finally:
        journal.keep(None)
        root.setLevel(level)
        root.removeHandler(log)
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return open_for_appending(path)
    except SetupError as error:
        met = error.problem
        reason = _UNFIT.get(met.id) or "; ".join(met.detail)
        if isinstance(error.__cause__, FileNotFoundError):
            reason = f"the folder {path.parent} doesn't exist"
        raise SetupError(BAD_LOG.filled(path=str(path), reason=reason)) from error


class LogFile(logging.Handler):
    """Writes each record as one line, in one write: other processes may append to the same file."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._redactor = Redactor()
        self.conceal = self._redactor.conceal
        self.trouble = ""
        """The first error that prevented a line from being written, in the system's words."""

    def note(self, words: str, *, is_problem: bool) -> None:
        """Log one of the wizard's own events."""
        _OURS.log(logging.WARNING if is_problem else logging.INFO, "%s", words)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line if possible: a full disk or a library's error must not end the wizard."""
        # Arguments are formatted here, and a library's __str__ may raise anything.
        with suppress(Exception):
            line = f"{self.format(record)}\n".encode()
            try:
                os.write(self._descriptor, line)
            except OSError as error:
                self.trouble = self.trouble or error.strerror or type(error).__name__

    def format(self, record: logging.LogRecord) -> str:
        """Return time, level, logger, and message; for an exception only its type and places."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        where = f"{at}.{int(record.msecs):03}Z {os.getpid()} {record.levelname:<7} {record.name}"
        words = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            # Neither its message nor that of its cause: both may quote what was sent.
            places = traceback.extract_tb(record.exc_info[2])
            stack = "; ".join(f"{p.filename}:{p.lineno} in {p.name}" for p in places)
            words = f"{words} | {record.exc_info[0].__name__}: {stack}"
        return self._redactor.line(f"{where} {words}")
