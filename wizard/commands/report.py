"""What a command says: its answer on stdout, everything else on stderr, failures as JSON too."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from wizard.domain.book.exchange import RUN_ROTATING, WRONG_CLIENT
from wizard.domain.book.store import DISK_FULL, STORE_FAILED
from wizard.domain.problems import Problem, SetupError
from wizard.domain.steps import Step
from wizard.domain.words import plain

CHOICES: Final[Mapping[Step | None, str]] = {
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
    problem = of_profile(problem, profile)
    return {
        "id": problem.id,
        "title": problem.title,
        "cause": problem.cause,
        "remedy": problem.remedy,
    }


def of_profile(problem: Problem, profile: str) -> Problem:
    """Return a problem with its profile, and with the command that opens the wizard on it."""
    remedy = _remedy(problem)
    if profile == "default":
        return problem.told(remedy=remedy)
    return problem.told(
        title=problem.title.replace("This profile", f"Profile {plain(profile)}"),
        remedy=re.sub("(?<=[Rr]un )scim-wizard", f"scim-wizard --profile {plain(profile)}", remedy),
    )


def _remedy(problem: Problem) -> str:
    """Say what to do, and which command does it."""
    if "un scim-wizard" in problem.remedy:
        return problem.remedy
    if problem.id == WRONG_CLIENT.id:
        # One field is asked for, so that the book's own would send to the wrong ones.
        return RUN_ROTATING
    return f"{problem.remedy} {_how(problem)}".rstrip()


def _how(problem: Problem) -> str:
    """Say where in the wizard the remedy is done; "" for one that needs none."""
    is_named = "under Credentials" in problem.remedy
    if is_named and problem.step is None:
        # One way of several.
        return f"For Credentials, run scim-wizard and choose “{CHOICES[Step.CREDENTIALS]}”."
    choice = CHOICES.get(Step.CREDENTIALS if is_named else problem.step)
    return f"To do this, run scim-wizard and choose “{choice}”." if choice else ""


def report(problem: Problem, *, as_json: bool = False, profile: str = "default") -> int:
    """Tell a problem of a profile and return the exit code it means."""
    if as_json:
        # Where even this cannot be written, the words on stderr are what is left.
        with suppress(SetupError):
            tell_json(error=as_error(problem, profile))
    say(of_profile(problem, profile))
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
    """Say a problem on stderr; `profile` names whose it is, where there are several."""
    if profile is not None:
        problem = of_profile(problem, profile)
    title = f"{problem.title}." if profile is None else f"{profile}: {problem.title}."
    say_lines((title, problem.cause, *problem.detail, problem.remedy))


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
