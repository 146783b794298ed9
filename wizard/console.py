"""Output in any encoding: results on stdout, all else on stderr, failures also as JSON."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

import click

from wizard.domain.errors.local import ENDPOINTS_CONFLICT
from wizard.domain.errors.store import DISK_FULL, STORE_FAILED
from wizard.domain.problems import ExitCode, Problem, Response, SetupError
from wizard.domain.text import DEFAULT_PROFILE, Command, Program, iso, one_line, wrapped
from wizard.host import process

VERSION: Final = 2
"""The version of the JSON format."""

PASSED: Final = "passed"
FAILED: Final = "failed"

LATE: Final = 1.0
"""Seconds after which a waiting user is shown the reason."""


ASCII: Final = {
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("–—−·", "-"),
    **dict.fromkeys("●•", "*"),
    **dict.fromkeys("✗×", "x"),
    "✓": "+",
    "○": "o",
    "‹": "<",
    "›": ">",
    "→": "->",
}
"""Signs of the wizard's sentences; any other one is taken apart, or is a question mark."""

_HANDLER: Final = "scim-wizard-signs"


def take_any_encoding() -> None:
    """Replace signs that the encoding of stdout or stderr lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            take_signs(stream, stream.encoding)


def take_signs(stream: TextIO, encoding: str) -> None:
    """Let a stream write in an encoding, with other signs for those that it lacks."""
    codecs.register_error(_HANDLER, _stand_in)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding=encoding, errors=_HANDLER)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(map(_ascii, text)), error.end


def _ascii(sign: str) -> str:
    if sign in ASCII:
        return ASCII[sign]
    # Imported here: `token` needs it only for an unusual sign.
    import unicodedata

    parts = unicodedata.normalize("NFKD", sign)
    return "".join(c for c in parts if c.isascii() and c.isprintable()) or "?"


def print_answer(answer: str) -> None:
    """Write the complete result to stdout. A closed pipe is no failure.

    Raises:
        SetupError: stdout can't be written, as on a full disk.
    """
    try:
        print(answer, flush=True)
    except OSError as error:
        let_go_of_stdout()
        if not is_closed_pipe(error):
            reason = error.strerror or type(error).__name__
            is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            problem = DISK_FULL if is_full else STORE_FAILED
            raise SetupError(problem.filled(path="stdout").with_detail(reason)) from error


def is_closed_pipe(error: OSError, platform: str = sys.platform) -> bool:
    """Whether a write failed because no one reads the pipe any more; Windows calls it EINVAL."""
    is_windows = platform == "win32" and error.errno == errno.EINVAL
    return isinstance(error, BrokenPipeError) or is_windows


def fitted(text: str, stream: TextIO | None = None) -> str:
    """Return text for a stream, stdout if None, wrapped between words if that is a terminal."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return text
    from wizard.host.terminal import columns

    width = columns(stream) - 1
    return "\n".join(wrapped(line, width) for line in text.split("\n"))


def print_json(**values: object) -> None:
    """Write one JSON object, with its format version, to stdout. Raises SetupError."""
    # Imported here, like `Timer` below: `token` needs neither.
    import json

    print_answer(json.dumps({"version": VERSION, **values}))


def status_of(problem: Problem | None) -> str | None:
    """Return the JSON status for a problem; None if nothing is set up yet."""
    if problem is None:
        return PASSED
    return None if problem.exit_code is ExitCode.NOT_SET_UP else FAILED


def outcome(
    profile: str,
    problem: Problem | None,
    status: str | None,
    checked_at: datetime | None = None,
    warnings: Sequence[Problem] = (),
) -> dict[str, object]:
    """Return the JSON values of any command's outcome, whether it failed or not.

    Args: `status`: "passed", "failed", or None for a profile that was never checked or isn't set
        up.
    """
    return {
        "profile": profile,
        "status": status,
        "checked_at": checked_at and iso(checked_at),
        "warnings": [as_json(warning, profile) for warning in warnings],
        "problem": problem and as_json(problem, profile),
    }


def of_all(outcomes: Sequence[Mapping[str, object]], problem: Problem | None) -> dict[str, object]:
    """Return the JSON values of all profiles.

    Args: `problem`: why no profile could be read or there is none; it belongs to no single profile.
    """
    return {
        "profiles": list(outcomes),
        "problem": problem and as_json(problem, DEFAULT_PROFILE),
    }


def as_json(problem: Problem, profile: str) -> dict[str, object]:
    """Return the JSON values of a problem of a profile."""
    response = problem.response or Response()
    return {
        "id": problem.id,
        "title": problem.title,
        "cause": problem.cause,
        "remedy": " ".join(what_to_do(problem, profile)),
        "detail": list(problem.detail),
        "step": problem.step and problem.step.value,
        "http_status": response.status,
        "request_id": response.request_id,
        "retry_after": response.retry_after,
    }


def program() -> Program:
    """Return the program as it was started, with the certificates it was given."""
    context = click.get_current_context(silent=True)
    ca_file: Path | None = getattr(context.obj, "ca_file", None) if context else None
    return process.started(ca_file=ca_file)


def what_to_do(problem: Problem, profile: str) -> tuple[str, ...]:
    """Return the remedy in a command's words, and the command to run for it, if there is one."""
    # Imported here, with the errors of all steps: `token` rarely has a problem to report.
    from wizard.domain.texts.wording import in_command

    problem = in_command(problem)
    command = problem.shell
    if problem.run is not None:
        command = program().command(*problem.run, profile=profile)
    return (problem.remedy,) if command is None else (problem.remedy, "Run:", command)


def _is_whose(problem: Problem) -> bool:
    """Whether a problem is about a profile, not about an option or a variable."""
    return problem.exit_code is not ExitCode.USAGE or problem.id == ENDPOINTS_CONFLICT.id


def report(
    problem: Problem,
    *,
    as_json: bool = False,
    profile: str | None = None,
    empty: Mapping[str, object] | None = None,
    warnings: Sequence[Problem] = (),
) -> int:
    """Print a problem of a profile and return its exit code.

    Args:
        profile: the profile of the problem; None if all were requested.
        empty: the additional JSON keys of a success, with empty values.
        warnings: additional warnings for the JSON.
    """
    if as_json:
        told = (
            of_all((), problem)
            if profile is None
            else {
                **outcome(profile, problem, status_of(problem), warnings=warnings),
                **(empty or {}),
            }
        )
        # If even this can't be written, only the words on stderr remain.
        with suppress(SetupError):
            print_json(**told)
    print_error(problem, profile)
    return int(problem.exit_code)


@contextmanager
def naming_faults() -> Iterator[None]:
    """Turn an internal error of the wizard into a SetupError.

    Python's own report would print its message, which may hold a secret.
    """
    try:
        yield
    except SetupError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is
        from wizard.domain.errors.local import crash

        problem = crash(error)
    else:
        return
    raise SetupError(problem)


def print_error(problem: Problem, profile: str | None = None) -> None:
    """Print a problem on stderr; `profile` is the profile that it is about, or None."""
    whose = f"Profile {one_line(profile)}: " if profile is not None and _is_whose(problem) else ""
    remedy = what_to_do(problem, profile or DEFAULT_PROFILE)
    print_to_stderr((f"{whose}{problem.title}.", problem.cause, *problem.detail, *remedy))


def print_to_stderr(lines: Sequence[str]) -> None:
    """Print lines on stderr, wrapped on a terminal; a command is never broken."""
    shown = (
        "  " + line.replace("\n", "\n  ") if isinstance(line, Command) else fitted(line, sys.stderr)
        for line in lines
    )
    print(*(f"{line}\n" for line in shown), sep="", end="", file=sys.stderr, flush=True)


@contextmanager
def printing_late(lines: Sequence[str], after: float = LATE) -> Iterator[None]:
    """Print lines on stderr if the block takes longer; never after it has ended."""
    from threading import Timer

    timer = Timer(after, print_to_stderr, [lines])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        # It may be printing at this moment, and a screen comes next.
        timer.join()


def let_go_of_stdout() -> None:
    """Discard the rest of the buffer; else Python reports an error at exit and ends with 120."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
