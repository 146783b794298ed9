"""The log of SCIM_WIZARD_LOG: what the wizard does and what its libraries tell, without secrets."""

from __future__ import annotations

import logging
import os
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from wizard.domain import journal
from wizard.domain.book.here import BAD_LOG
from wizard.domain.book.store import FILE_IS_LINK, FILE_NOT_OURS, FILE_NOT_PLAIN
from wizard.domain.problems import SetupError
from wizard.store.files import open_for_appending
from wizard.store.redact import Redactor

_OURS: Final = logging.getLogger("wizard")
_UNFIT: Final = {
    FILE_IS_LINK.id: "it is a link",
    FILE_NOT_PLAIN.id: "it is no plain file",
    FILE_NOT_OURS.id: "it belongs to another user",
}


class Log:
    """What can be told of a log once it has ended."""

    trouble = ""
    """What first kept a line out of it, as the system says it."""


@contextmanager
def keeping(path: Path) -> Iterator[Log]:
    """Append to a log until the end of the block; every library's logger writes to it too.

    Raises SetupError where there can be no such file, or it is not ours.
    """
    log, descriptor = Log(), _open(path)
    redactor = Redactor()
    handler, root = _Handler(descriptor, redactor, log), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    journal.keep(_Journal(redactor))
    try:
        yield log
    finally:
        journal.keep(None)
        root.setLevel(level)
        root.removeHandler(handler)
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return open_for_appending(path)
    except SetupError as error:
        met = error.problem
        reason = _UNFIT.get(met.id) or "; ".join(met.detail)
        if isinstance(error.__cause__, FileNotFoundError):
            reason = f"there is no folder {path.parent}"
        raise SetupError(BAD_LOG.filled(path=str(path), reason=reason)) from error


class _Journal:
    """Writes what the wizard tells as a logger's lines."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def note(self, words: str, *, is_problem: bool) -> None:
        """Write a line."""
        _OURS.log(logging.WARNING if is_problem else logging.INFO, "%s", words)

    def conceal(self, value: str) -> None:
        """Keep a text out of every line from now on."""
        self._redactor.conceal(value)


class _Handler(logging.Handler):
    """Writes each record as one line, in one write: other processes may append to the same file."""

    def __init__(self, descriptor: int, redactor: Redactor, log: Log) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._log = log
        self._redactor = redactor

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or do without: neither a full disk nor a library's slip is our end."""
        # What is logged is formatted here, and a library's own __str__ raises what it likes.
        with suppress(Exception):
            line = f"{self.format(record)}\n".encode()
            try:
                os.write(self._descriptor, line)
            except OSError as error:
                self._log.trouble = self._log.trouble or error.strerror or type(error).__name__

    def format(self, record: logging.LogRecord) -> str:
        """Return when, how grave, who and what; of an exception its kind and places alone."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        where = f"{at}.{int(record.msecs):03}Z {os.getpid()} {record.levelname:<7} {record.name}"
        words = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            # Not its message, nor its cause's: either may quote what was sent.
            places = traceback.extract_tb(record.exc_info[2])
            stack = "; ".join(f"{p.filename}:{p.lineno} in {p.name}" for p in places)
            words = f"{words} | {record.exc_info[0].__name__}: {stack}"
        return self._redactor.line(f"{where} {words}")
