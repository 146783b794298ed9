"""Commands that the wizard prints, quoted so that a shell runs them as they are meant.

Every command that a person or a script may copy is written here: one place decides how the
program is named, which profile is meant, and that a request isn't sent when `token` failed.

Commands that start the program are for PowerShell on Windows, and for a POSIX shell elsewhere.
Recipes with curl are for a POSIX shell.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Final

from wizard.domain.value import Value

NAME: Final = "scim-wizard"
"""The program, where the shell finds it under that name."""

DEFAULT_PROFILE: Final = "default"

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:\\+=-]+")
"""A word that PowerShell takes as it is."""


class Command(str):
    """A command as it is printed: on lines of its own, which are never broken."""

    __slots__ = ()


class Program(Value):
    """The program as it was started: how to start it again."""

    words: tuple[str, ...] = (NAME,)
    """Its path or name, and what precedes its own arguments."""
    is_profile_always_named: bool = False
    """Whether a variable sets another default profile, so that no name means that one."""
    options: tuple[str, ...] = ()
    """Options it was started with and needs again, beside the profile."""
    folder: str = ""
    """The folder of its modules, where Python finds them by PYTHONPATH only."""
    is_for_powershell: bool = False

    def command(self, *arguments: str, profile: str = DEFAULT_PROFILE) -> Command:
        """Return the command that starts it on a profile; without arguments the wizard opens."""
        is_named = profile != DEFAULT_PROFILE or self.is_profile_always_named
        options = ("--profile", profile) if is_named else ()
        words = (*self.words, *options, *self.options, *arguments)
        if self.is_for_powershell:
            return _for_powershell(words, self.folder)
        return quoted(*(("env", f"PYTHONPATH={self.folder}") if self.folder else ()), *words)


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
    """Return a command that gives `request` the token on its input, in no argument.

    curl's -g keeps braces and brackets of a URL as they are; -f makes an HTTP error a failure.
    It fails when `token` fails, also under `set -e`: that overlooks the first part of `a && b`,
    but not a subshell.
    """
    token = program.command("token", "--header", profile=profile)
    return Command(f'(h=$({token}) &&\n  printf %s "$h" |\n  {request})')
