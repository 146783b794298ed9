"""The end of each `--help`: examples that work as printed, variables, and exit codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import click

from wizard.domain.models import TWILIO
from wizard.domain.text import DEFAULT_PROFILE, Program, list_users, wrapped
from wizard.host import process

WIDEST: Final = 80
"""Columns of help at the most."""

ANY: Final = {
    "SCIM_WIZARD_PROFILE": "Profile to use.",
    "SCIM_WIZARD_HOME": "Folder for the wizard's files.",
    "SCIM_WIZARD_LOG": "Log file to append to (contains no secrets).",
}
"""Variables that every command reads."""

NETWORK: Final = {
    "SCIM_WIZARD_AUTHORIZE_URL": "Authorization endpoint for a new profile.",
    "SCIM_WIZARD_TOKEN_URL": "Token endpoint for a new profile.",
    "SCIM_WIZARD_SCIM_URL": "SCIM base URL for a new profile.",
    "HTTPS_PROXY": "Proxy to connect through; also ALL_PROXY.",
    "NO_PROXY": "Hosts to connect to without a proxy.",
    "SSL_CERT_FILE": "Certificates to trust instead of the system's (PEM).",
}
"""Variables of commands that connect to a server."""

WIZARD: Final = {
    "SCIM_WIZARD_STORE": "Storage for a new profile's secrets: keyring or file.",
    "ACCESSIBLE": "Set to 1 to use --plain.",
    "NO_COLOR": "Any value turns colors off.",
}
"""Variables of the wizard alone."""

EXIT_CODES: Final = {
    "0": "Success.",
    "1": "The check failed.",
    "2": "Usage error, or no terminal.",
    "3": "Not set up, or setup left unfinished.",
    "4": "Action needed in Twilio.",
    "5": "Network error, or rate limit reached.",
    "6": "Local error: file, keyring, or lock.",
    "130": "Interrupted.",
}


NARROW: Final = 60
"""Columns; with fewer, a description starts on a line of its own."""


class _Formatter(click.HelpFormatter):
    """Click's own, which in a narrow terminal leaves no room for descriptions."""

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write names and descriptions."""
        super().write_dl(rows, col_max if self.width >= NARROW else 8, col_spacing)


class _Context(click.Context):
    def make_formatter(self) -> click.HelpFormatter:
        """Use as many columns as the terminal has; click takes at least 50."""
        # Imported here: only help needs it.
        from shutil import get_terminal_size

        columns = min(get_terminal_size().columns, WIDEST)
        return _Formatter(width=max(columns - 2, 1))


class ManualCommand(click.Command):
    """A command whose help ends with examples and variables."""

    context_class = _Context

    def __init__(
        self,
        *args: Any,  # noqa: ANN401  as click has it
        variables: Mapping[str, str] = ANY,
        **more: Any,  # noqa: ANN401
    ) -> None:
        """Args: `variables` follow the options; `more` is passed to click."""
        super().__init__(*args, **more)
        self._variables = variables

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples and the variables."""
        with formatter.section("Examples"):
            pad = " " * formatter.current_indent
            for comment, command in _EXAMPLES[str(self.name)](process.started()).items():
                comments = wrapped(comment, formatter.width - len(pad) - 2).splitlines()
                lines = (*(f"# {line}" for line in comments), *command.splitlines())
                formatter.write("".join(f"{pad}{line}\n" for line in lines))
        with formatter.section("Variables"):
            formatter.write_dl(list(self._variables.items()))


class ManualGroup(ManualCommand, click.Group):
    """The program, whose help also has the exit codes of all its commands."""

    command_class = ManualCommand

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, the variables, the demo's scenarios, and the exit codes."""
        # Imported here: only `--help` needs it.
        from wizard import wiring

        super().format_epilog(ctx, formatter)
        with formatter.section("Demo scenarios"):
            formatter.write_dl([(name, f"{does}.") for name, does in wiring.scenarios().items()])
        with formatter.section("Exit codes"):
            formatter.write_dl(list(EXIT_CODES.items()))


def list_all(program: Program) -> str:
    """Return the command that lists all users of Twilio's SCIM API with the default profile."""
    return list_users(program, DEFAULT_PROFILE, TWILIO.scim_url)


_EXAMPLES: Final[Mapping[str, Callable[[Program], Mapping[str, str]]]] = {
    "cli": lambda program: {
        "Try the wizard with a simulated Twilio.": program.command("--demo"),
        "Set up a profile, or change it.": program.command(),
        "Test whether another profile still works.": program.command("check", profile="acme"),
        "List all users, without the token on the command line.": list_all(program),
        "Turn on tab completion in bash (in zsh: zsh_source, in fish: fish_source).": (
            f'eval "$(_SCIM_WIZARD_COMPLETE=bash_source {program.in_posix_shell().command()})"'
        ),
    },
    "status": lambda program: {
        "Show one profile.": program.command("status"),
        "Show all profiles.": program.command("status", "--all"),
        "Print when the access token expires.": (
            f"{program.command('status', '--json')} | jq -r .token.expires_at"
        ),
    },
    "check": lambda program: {
        "Test one profile.": program.command("check", "--json", profile="acme"),
        "Test all profiles from cron, which emails any output.": program.command(
            "check", "--all", "--quiet"
        ),
    },
    "token": lambda program: {
        "List all users. This fails if there is no token.": list_all(program),
        "Print a token that is valid for at least 10 minutes.": program.command(
            "token", "--min-ttl", "600"
        ),
        "Print when it expires.": f"{program.command('token', '--json')} | jq -er .expires_at",
    },
    "handoff": lambda program: {
        "Print the sheet for the audience chosen in the wizard.": program.command("handoff"),
        "Save the sheet for an Okta admin.": (
            f"{program.command('handoff', '--for', 'okta')} > okta.md"
        ),
        "Save variables for a script, with the Client Secret.": (
            f"{program.command('handoff', '--format', 'env', '--show-secrets')} > scim.env"
        ),
    },
    "forget": lambda program: {
        "Remove a profile.": program.command("forget", "--yes", profile="old")
    },
}
"""Each command's examples, with a comment for each; made for the program as it was started."""
