"""The command line: arguments to wiring. Nothing heavy is imported before it is needed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from wizard import __version__, wiring
from wizard.commands.report import report
from wizard.domain import endpoints as endpoint_rules
from wizard.domain.book.here import NOT_A_TERMINAL
from wizard.domain.problems import ExitCode, SetupError
from wizard.store.paths import check_name

if TYPE_CHECKING:
    from wizard.ui.app import WizardApp

F = TypeVar("F", bound=Callable[..., Any])

YEAR: Final = 366 * 24 * 3600
"""Seconds; no token lives longer."""

EPILOG: Final = """\b
Examples:
  scim-wizard --demo                 try it against the built-in stand-in
  scim-wizard                        set up, or change what is set up
  scim-wizard token                  a valid access token, for a script
  scim-wizard token --header | curl -sH @- https://iam.twilio.com/scim/v2/Users
"""


@dataclass(frozen=True, slots=True)
class Common:
    """Options that stand before or after the command."""

    profile: str
    ca_file: Path | None
    given: dict[str, str | None]
    """Endpoints as they were given."""

    def settings(self) -> wiring.Settings:
        """Return the settings, checked. Raises SetupError."""
        check_name(self.profile)
        return wiring.Settings(self.profile, endpoint_rules.asked(self.given), self.ca_file)


def common(command: F) -> F:
    """Add the options that stand after a command as well as before it."""
    ca_file = click.option(
        "--ca-file", type=click.Path(path_type=Path), help="Trust these certificates too (PEM)."
    )
    profile = click.option("--profile", help="Which profile; default: default.")
    return profile(ca_file(command))


@click.group(
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.option(
    "--profile",
    envvar="SCIM_WIZARD_PROFILE",
    default="default",
    show_default=True,
    help="Which profile to work on.",
)
@click.option("--demo", is_flag=True, help="Try it against a built-in stand-in; keeps nothing.")
@click.option("--scenario", metavar="NAME", help="What the demo acts out: denied, down, …")
@click.option(
    "--authorize-url",
    envvar="SCIM_WIZARD_AUTHORIZE_URL",
    metavar="URL",
    help="Authorization endpoint of a new setup.",
)
@click.option(
    "--token-url",
    envvar="SCIM_WIZARD_TOKEN_URL",
    metavar="URL",
    help="Token endpoint of a new setup.",
)
@click.option(
    "--scim-url", envvar="SCIM_WIZARD_SCIM_URL", metavar="URL", help="SCIM base URL of a new setup."
)
@click.option(
    "--ca-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Trust these certificates too (PEM).",
)
@click.version_option(__version__, prog_name="scim-wizard")
@click.pass_context
def cli(
    context: click.Context,
    profile: str,
    demo: bool,
    scenario: str | None,
    authorize_url: str | None,
    token_url: str | None,
    scim_url: str | None,
    ca_file: Path | None,
) -> None:
    """Set up Twilio's SCIM API: from an OAuth app to a verified credential.

    Without a command the wizard opens in this terminal. What it keeps, and scripts then use,
    belongs to a profile.
    """
    given = {"authorize_url": authorize_url, "token_url": token_url, "scim_url": scim_url}
    context.obj = Common(profile, ca_file, given)
    if context.invoked_subcommand is None:
        context.exit(_open(context.obj, demo or scenario is not None, scenario))


@cli.command()
@common
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def status(obj: Common, profile: str | None, ca_file: Path | None, as_json: bool) -> None:
    """Show what is set up; asks no network and opens no secret."""
    from wizard.commands import status as command

    settings = _settings(obj, profile, ca_file, as_json)
    sys.exit(command.run(settings.profile, wiring.store, wiring.clock, as_json=as_json))


@cli.command()
@common
@click.option("--header", "as_header", is_flag=True, help="As a header line, for curl -H @-.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--min-ttl", type=click.IntRange(0, YEAR), metavar="S", help="Seconds it must still live."
)
@click.option("--force", is_flag=True, help="Refresh even a valid token.")
@click.pass_obj
def token(
    obj: Common,
    profile: str | None,
    ca_file: Path | None,
    as_header: bool,
    as_json: bool,
    min_ttl: int | None,
    force: bool,
) -> None:
    """Print a valid access token, refreshed if need be; nothing else goes to stdout."""
    from wizard.commands import token as command

    settings = _settings(obj, profile, ca_file, as_json)
    request = command.TokenRequest(
        settings.profile,
        settings.endpoints,
        as_header,
        as_json,
        None if min_ttl is None else timedelta(seconds=min_ttl),
        force,
    )
    connecting = lambda: wiring.Connection(settings.ca_file)  # noqa: E731
    sys.exit(command.run(request, wiring.store, connecting, wiring.clock))


def _settings(
    obj: Common, profile: str | None, ca_file: Path | None, as_json: bool
) -> wiring.Settings:
    # An empty --profile, as from a variable that is not set, must not mean the default one.
    name = obj.profile if profile is None else profile
    chosen = replace(obj, profile=name, ca_file=ca_file or obj.ca_file)
    try:
        return chosen.settings()
    except SetupError as error:
        sys.exit(report(error.problem, as_json=as_json))


def _open(obj: Common, is_demo: bool, scenario: str | None) -> int:
    from wizard.host import terminal

    if not terminal.is_interactive():
        return report(NOT_A_TERMINAL)
    terminal.prepare_environment()
    try:
        if is_demo:
            return _run(wiring.demo(wiring.Settings(), scenario or "happy"))
        return _run(wiring.wizard(obj.settings()))
    except SetupError as error:
        return report(error.problem)


def _run(opening: AbstractContextManager[WizardApp]) -> int:
    from wizard.host import terminal

    with opening as app:
        app.run()
        try:
            for line in app.farewell():
                click.echo(line, err=True)
        except OSError:
            # The window was closed: nobody is there to read it.
            terminal.let_go()
        return app.return_code or 0


def main() -> None:
    """Run the command line; Ctrl+C ends a command with 130, where click's own way is 1."""
    try:
        code = cli(prog_name="scim-wizard", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        code = ExitCode.SIGNAL
    sys.exit(code)


if __name__ == "__main__":
    main()
