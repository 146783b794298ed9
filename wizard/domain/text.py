"""Text that is printed: sanitized, wrapped, times in words, and commands quoted for a shell.

All commands that users or scripts may copy are created here. One place decides how the program is
named, which profile is meant, and that no request is sent if `token` failed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from wizard.domain.value import Value, replace

DETAIL_LIMIT: Final = 200
"""Characters of a server's own words that are shown."""


def one_line(text: str, limit: int = DETAIL_LIMIT) -> str:
    """Return outside text as one harmless line: `inert`, with one space for each run of them.

    It has at most `limit` characters; what is cut ends in "…".
    """
    # Cut before cleaning: the text may be megabytes long.
    head = text[: limit * 4]
    clean = " ".join(inert(head).split())
    is_cut = len(head) < len(text) or len(clean) > limit
    return clean[: limit - 1] + "…" if is_cut else clean


def inert(text: str) -> str:
    """Return text that can't act on a terminal: with a space for each invisible character.

    Invisible are controls, bidi marks, zero-width characters, surrogates, private use, and
    separators (Unicode's C and Z categories).
    """
    return "".join(c if c.isprintable() else " " for c in text)


def without_invisible(text: str) -> str:
    """Return text with its white space, and without other invisible characters."""
    if text.isprintable():
        return text
    return "".join(c for c in text if c.isprintable() or c.isspace())


def wrapped(line: str, width: int) -> str:
    """Return a line broken between its words, each part as far in as the first.

    Long words stay whole, so that a link can be copied.
    """
    # Imported here: no command needs it.
    import textwrap

    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line,
        max(width, len(indent) + 1),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


# Not compiled: invalid JSON is rare.
_PLACE: Final = r"at `\$\.?([^`]+)`$"
_LACKING: Final = r"missing required field `([^`]+)`"


def misfit(said: str) -> str:
    """Rephrase a JSON decoder's message: name the field, not the types.

    Args:
        said: msgspec's message; any other means that the JSON can't be read at all.
    """
    place, lacking = re.search(_PLACE, said), re.search(_LACKING, said)
    within = place[1] if place else ""
    if lacking:
        return f"{within}{within and '.'}{lacking[1]} is missing"
    if within:
        return f"{within} isn't valid"
    is_json = said.startswith("Expected")
    return "unexpected JSON" if is_json else "not valid JSON in UTF-8, or cut off"


def iso(at: datetime) -> str:
    """Return an aware time as ISO 8601 UTC to the second: 2026-11-23T14:02:00Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def short_id(client_id: str) -> str:
    """Return a short form of a Client ID: OQ0123…cdef."""
    return client_id if len(client_id) <= 12 else f"{client_id[:6]}…{client_id[-4:]}"


def counted_users(total: int | None) -> str:
    """Return the size of a list of users: "25 users"; None is a list too long to count."""
    if total is None:
        return "too many to count"
    return "1 user" if total == 1 else f"{total:,} users"


def day(at: datetime) -> str:
    """Return a date in local time: Nov 3, 2026."""
    local = at.astimezone()
    return f"{local:%b} {local.day}, {local.year}"


def moment(at: datetime) -> str:
    """Return a date and time in local time, with its zone: Nov 3, 2026, 14:02 UTC+1."""
    return f"{day(at)}, {clock_time(at)}"


UNITS: Final = {"year": 31_536_000, "day": 86_400, "hour": 3_600, "minute": 60}
"""Seconds of what an age is counted in."""


def ago(at: datetime, now: datetime) -> str:
    """Return an age, such as "5 minutes ago"; both times are timezone-aware."""
    seconds = (now - at).total_seconds()
    for unit, length in UNITS.items():
        if (count := int(seconds // length)) > 0:
            return f"{count} {unit}{'s' * (count > 1)} ago"
    return "just now"


def clock_time(at: datetime) -> str:
    """Return a time of day in local time, with its zone: 14:02 UTC+1."""
    local = at.astimezone()
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    zone = f"{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else ""
    return f"{local:%H:%M} UTC{zone}"


LEAVING: Final = "Waiting for a response before quitting…"
"""Shown if the user leaves the wizard while it waits for a response."""


NAME: Final = "scim-wizard"
"""The name of the program, if the shell finds it."""

DEFAULT_PROFILE: Final = "default"

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:\\+=-]+")
"""A word that PowerShell needs no quotes for."""


class Command(str):
    """A command as it is printed: on lines of its own, which are never broken."""

    __slots__ = ()


class Program(Value):
    """The program as it was started: how to start it again."""

    words: tuple[str, ...] = (NAME,)
    """Its path or name, and the words before its arguments."""
    is_profile_always_named: bool = False
    """Whether every command has to name its profile, as a variable sets another default."""
    options: tuple[str, ...] = ()
    """Options it was started with that have to be repeated, except the profile."""
    folder: str = ""
    """The folder of its modules, if Python finds them only by PYTHONPATH."""
    is_for_powershell: bool = False

    def command(self, *arguments: str, profile: str = DEFAULT_PROFILE) -> Command:
        """Return the command that starts it on a profile; without arguments the wizard opens."""
        is_named = profile != DEFAULT_PROFILE or self.is_profile_always_named
        options = ("--profile", profile) if is_named else ()
        words = (*self.words, *options, *self.options, *arguments)
        if self.is_for_powershell:
            return _for_powershell(words, self.folder)
        return quoted(*(("env", f"PYTHONPATH={self.folder}") if self.folder else ()), *words)

    def in_posix_shell(self) -> Program:
        """Return it for commands within lines for a POSIX shell, on Windows too (Git Bash)."""
        return replace(self, is_for_powershell=False)


def quoted(*words: str) -> Command:
    """Return the command of these words, for a POSIX shell."""
    return Command(shlex.join(words))


def _for_powershell(words: Sequence[str], folder: str) -> Command:
    """Return a command that also sets PYTHONPATH to a folder, if there is one.

    PowerShell prints a quoted first word, and runs it only after the call operator &.
    """
    line = " ".join(map(_quoted_for_powershell, words))
    call = "& " if line.startswith("'") else ""
    variable = f"$env:PYTHONPATH = {_quoted_for_powershell(folder, always=True)}; "
    return Command((variable if folder else "") + call + line)


def _quoted_for_powershell(word: str, *, always: bool = False) -> str:
    if _PLAIN.fullmatch(word) and not always:
        return word
    # Typographic quotes end a string there, too.
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", word) + "'"


def users_url(scim_url: str) -> str:
    """Return the URL of all users, for a base URL with or without a trailing slash."""
    return f"{scim_url.rstrip('/')}/Users"


def list_users(program: Program, profile: str, scim_url: str) -> Command:
    """Return a command that lists all users with a token of a profile."""
    return _with_token(program, profile, f"curl -gfsSH @- {shlex.quote(users_url(scim_url))}")


def find_user(program: Program, profile: str, scim_url: str, condition: str) -> Command:
    """Return a command that lists the users for whom a condition holds (RFC 7644 §3.4.2.2)."""
    parameter = shlex.quote(f"filter={condition}")
    url = shlex.quote(users_url(scim_url))
    request = f"curl -gfsSGH @- --data-urlencode {parameter} {url}"
    return _with_token(program, profile, request)


def request_app_token(token_url: str) -> Command:
    """Return a command that requests a token with the client credentials grant (RFC 6749 §4.4).

    The Client ID and Client Secret are filled in by hand; curl reads them from its input.
    """
    return Command(
        f"curl -gfsS {shlex.quote(token_url)} --config - <<'END'\n"
        'data-urlencode = "grant_type=client_credentials"\n'
        'data-urlencode = "client_id="\n'
        'data-urlencode = "client_secret="\n'
        "END"
    )


def _with_token(program: Program, profile: str, request: str) -> Command:
    """Return a command that passes the token to `request` on its input, not as an argument.

    curl's -g keeps braces and brackets in a URL; -f makes it fail on an HTTP error. The command
    also fails if `token` fails, even under `set -e`, which ignores the first part of `a && b`, but
    not a subshell.
    """
    token = program.in_posix_shell().command("token", "--header", profile=profile)
    return Command(f'(h=$({token}) &&\n  printf %s "$h" |\n  {request})')
