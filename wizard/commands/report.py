"""What a command says: its answer on stdout, everything else on stderr, failures as JSON too."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import click

from wizard.domain.book.exchange import BY_ROTATING, WRONG_CLIENT
from wizard.domain.book.here import ENDPOINTS_CONFLICT
from wizard.domain.book.store import DISK_FULL, STORE_FAILED
from wizard.domain.problems import ExitCode, Problem, SetupError
from wizard.domain.shell import DEFAULT_PROFILE, Program
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.domain.words import plain

CHOICES: Final[Mapping[Step, str]] = {
    Step.CREDENTIALS: "Change credentials",
    Step.AUTHORIZE: "Authorize again",
}
"""What to choose on Overview to come to a step."""

LATE: Final = 1.0
"""Seconds after which somebody who waits is told what for."""


def take_any_encoding() -> None:
    """Let a sign that the encoding of stdout has not be no reason to fail."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def tell(answer: str) -> None:
    """Write the answer to stdout, whole. A reader who has left is no failure.

    Raises:
        SetupError: stdout takes no more, as on a full disk.
    """
    try:
        print(answer, flush=True)
    except OSError as error:
        _let_go_of_stdout()
        if not isinstance(error, BrokenPipeError):
            reason = error.strerror or type(error).__name__
            is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            problem = DISK_FULL if is_full else STORE_FAILED
            raise SetupError(problem.about(path="stdout").saying(reason)) from error


def tell_json(**values: object) -> None:
    """Write one JSON object, with its version, to stdout. Raises SetupError."""
    # Here, as `Timer` below: `token` answers with neither.
    import json

    tell(json.dumps({"version": 1, **values}))


def as_error(problem: Problem, profile: str) -> dict[str, str]:
    """Return what JSON tells of a problem of a profile."""
    return {
        "id": problem.id,
        "title": problem.title,
        "cause": problem.cause,
        "remedy": "\n".join(what_to_do(problem, profile)),
    }


def program() -> Program:
    """Return the program as it was started, with the certificates it was given."""
    # Here: `token` hardly ever needs it.
    from wizard.host.program import started

    context = click.get_current_context(silent=True)
    ca_file: Path | None = getattr(context.obj, "ca_file", None) if context else None
    return started(ca_file=ca_file)


def what_to_do(problem: Problem, profile: str) -> tuple[str, ...]:
    """Return the remedy as a command says it, and the command to run for it, if there is one."""
    problem = _by_command(problem)
    if problem.run is None:
        return (problem.remedy,)
    return (problem.remedy, f"Run: {program().command(*problem.run, profile=profile)}")


def _is_whose(problem: Problem) -> bool:
    """Whether a problem is a profile's, and not that of an option or a variable."""
    return problem.exit_code is not ExitCode.USAGE or problem.id == ENDPOINTS_CONFLICT.id


def _by_command(problem: Problem) -> Problem:
    """Return a problem that says where in the wizard its remedy is done."""
    if problem.run is not None:
        return problem
    if problem.id == WRONG_CLIENT.id:
        # One field is asked for, so that the book's own would send to the wrong ones.
        return replace(problem, remedy=BY_ROTATING, run=())
    if problem.step and (choice := CHOICES.get(problem.step)):
        how = f"To do this, open the wizard and choose “{choice}”."
    elif problem.other_step and (choice := CHOICES.get(problem.other_step)):
        how = f"For {problem.other_step.title}, open the wizard and choose “{choice}”."
    else:
        return problem
    return replace(problem, remedy=f"{problem.remedy} {how}", run=())


def report(problem: Problem, *, as_json: bool = False, profile: str | None = None) -> int:
    """Tell a problem of a profile and return the exit code it means."""
    if as_json:
        # Where even this cannot be written, the words on stderr are what is left.
        with suppress(SetupError):
            tell_json(error=as_error(problem, profile or DEFAULT_PROFILE))
    say(problem, profile)
    return int(problem.exit_code)


@contextmanager
def naming_faults() -> Iterator[None]:
    """Turn a fault of the wizard's own into a SetupError.

    Python's own report would have its message, and a secret may be in that.
    """
    try:
        yield
    except SetupError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is
        from wizard.domain.crash import crash

        problem = crash(error)
    else:
        return
    raise SetupError(problem)


def say(problem: Problem, profile: str | None = None) -> None:
    """Say a problem on stderr; `profile` is whose it is, None where it is nobody's."""
    whose = f"Profile {plain(profile)}: " if profile is not None and _is_whose(problem) else ""
    remedy = (problem.remedy,) if profile is None else what_to_do(problem, profile)
    say_lines((f"{whose}{problem.title}.", problem.cause, *problem.detail, *remedy))


def say_lines(lines: Sequence[str]) -> None:
    """Say lines on stderr."""
    print(*(f"{line}\n" for line in lines), sep="", end="", file=sys.stderr, flush=True)


@contextmanager
def saying_late(lines: Sequence[str], after: float = LATE) -> Iterator[None]:
    """Say lines on stderr if the block takes longer; never once it has ended."""
    from threading import Timer

    timer = Timer(after, say_lines, [lines])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        # It may be saying them just now, and a screen comes next.
        timer.join()


def _let_go_of_stdout() -> None:
    """Send what is left in the buffer nowhere; else Python complains at exit and ends with 120."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
