"""The command line: arguments to commands and wizards; what is heavy is imported when needed."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from wizard import __version__, options, services, wiring
from wizard.commands.interrupt import end_on_signals
from wizard.commands.report import naming_faults, report, say, take_any_encoding
from wizard.domain.problems import ExitCode, SetupError
from wizard.options import Common, common

if TYPE_CHECKING:
    from wizard.flow.ports import ProfileStore

EPILOG: Final = """\b
Examples:
  scim-wizard --demo                 try it against the built-in stand-in
  scim-wizard                        set up, or change what is set up
  scim-wizard --profile acme check   is it still working?
  scim-wizard token --header |
    curl -sH @- https://iam.twilio.com/scim/v2/Users

\b
Completion in bash (for zsh and fish: zsh_source, fish_source), in ~/.bashrc:
  eval "$(_SCIM_WIZARD_COMPLETE=bash_source scim-wizard)"

\b
Exit codes: 0 fine, 1 check failed, 2 wrong usage or no terminal,
3 not set up, 4 somebody must act at Twilio, 5 not reachable or throttled,
6 this machine, 130 interrupted.
"""


@click.group(
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.option(
    "--profile",
    envvar="SCIM_WIZARD_PROFILE",
    metavar="NAME",
    default="default",
    show_default=True,
    shell_complete=options.profiles,
    help="Which profile to work on.",
)
@click.option("--demo", is_flag=True, help="Try it against a built-in stand-in; keeps nothing.")
@click.option(
    "--scenario",
    metavar="NAME",
    shell_complete=options.scenarios,
    help="What the demo acts out: denied, down, …",
)
@click.option("--plain", is_flag=True, help="As prompts, for screen readers and poor terminals.")
@options.endpoints
@options.ca_file()
@click.version_option(__version__, prog_name="scim-wizard")
@click.pass_context
def cli(
    context: click.Context,
    profile: str,
    demo: bool,
    scenario: str | None,
    plain: bool,
    authorize_url: str | None,
    token_url: str | None,
    scim_url: str | None,
    ca_file: Path | None,
) -> int:
    """Set up Twilio's SCIM API; --plain: as prompts, for screen readers.

    From an OAuth app to a verified credential. Without a command the wizard opens in this
    terminal. What it keeps, and scripts then use, belongs to a profile.
    """
    given = {"authorize_url": authorize_url, "token_url": token_url, "scim_url": scim_url}
    context.obj = Common(profile, ca_file, given, options.variables(context))
    is_demo = demo or scenario is not None
    if context.invoked_subcommand is None:
        from wizard import opening

        return opening.run(context.obj, scenario or ("happy" if demo else None), is_plain=plain)
    if is_demo or plain:
        # The command would work on a real profile.
        words = "--demo, --scenario and --plain are for the wizard, not for a command."
        raise click.UsageError(words)
    return ExitCode.FINE


@cli.command(
    short_help="Show what is set up; no network.",
    epilog="""\b
Examples:
  scim-wizard status
  scim-wizard status --all
  scim-wizard status --json | jq -r .token.expires_at
""",
)
@common
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--all", "is_all", is_flag=True, help="Every profile there is.")
@click.pass_obj
def status(obj: Common, as_json: bool, is_all: bool) -> int:
    """Show what is set up; asks no network and opens no secret."""
    from wizard.commands import status as command

    def work(settings: wiring.Settings, store: ProfileStore) -> int:
        if is_all:
            return command.run_all(store, services.clock, as_json=as_json)
        return command.run(settings.profile, store, services.clock, as_json=as_json)

    return _run(obj, work, as_json=as_json)


@cli.command(
    short_help="Ask the SCIM API whether it still works.",
    epilog="""\b
Examples:
  scim-wizard check
  scim-wizard check --profile acme --json
  scim-wizard check --all || echo "somebody should look"
""",
)
@common
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--all", "is_all", is_flag=True, help="Every profile there is, at the same time.")
@click.pass_obj
def check(obj: Common, as_json: bool, is_all: bool) -> int:
    """Ask the SCIM API once, read-only; an expired token is refreshed first."""
    from wizard.commands import check as command

    def work(settings: wiring.Settings, store: ProfileStore) -> int:
        request = command.CheckRequest(settings.profile, settings.endpoints, is_all, as_json)
        connecting = partial(services.Connection, settings.ca_file)
        return command.run(request, store, connecting, services.clock)

    return _run(obj, work, as_json=as_json)


@cli.command(
    short_help="Print a valid access token, for a script.",
    epilog="""\b
Examples:
  scim-wizard token --header |
    curl -sH @- https://iam.twilio.com/scim/v2/Users
  scim-wizard token --min-ttl 600    good for ten minutes at least
  scim-wizard token --json | jq -r .expires_at
""",
)
@common
@click.option("--header", "as_header", is_flag=True, help="As a header line, for curl -H @-.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--min-ttl", callback=options.seconds, metavar="S", help="Seconds it must still live."
)
@click.option("--force", is_flag=True, help="Refresh even a valid token.")
@click.pass_obj
def token(obj: Common, as_header: bool, as_json: bool, min_ttl: int | None, force: bool) -> int:
    """Print a valid access token, refreshed if need be; nothing else goes to stdout."""
    # It has ended before there is enough to be worth the looks.
    gc.disable()
    from wizard.commands import token as command

    if as_header and as_json:
        raise click.UsageError("--header and --json cannot be used together.")
    life = None if min_ttl is None else timedelta(seconds=min_ttl)

    def work(settings: wiring.Settings, store: ProfileStore) -> int:
        request = command.TokenRequest(
            settings.profile, settings.endpoints, as_header, as_json, life, force
        )
        connecting = partial(services.Connection, settings.ca_file)
        return command.run(request, store, connecting, services.clock)

    return _run(obj, work, as_json=as_json)


@cli.command(
    short_help="Print the sheet for an IdP admin or a script.",
    epilog="""\b
Examples:
  scim-wizard handoff                          for whom the profile was set up
  scim-wizard handoff --for okta > okta.md
  scim-wizard handoff --format env --show-secrets > scim.env
""",
)
@common
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "json", "env", "curl"]),
    default="markdown",
    show_default=True,
    help="What the sheet is written as.",
)
@click.option(
    "--for",
    "audience",
    type=click.Choice(["script", "okta", "entra", "other"]),
    help="Who will use it; default: whom the profile names.",
)
@click.option("--show-secrets", is_flag=True, help="With the Client Secret, in clear.")
@click.pass_obj
def handoff(obj: Common, form: str, audience: str | None, show_secrets: bool) -> int:
    """Print the sheet for whoever uses the credential: IdP admin or script."""
    from wizard.commands import handoff as command

    def work(settings: wiring.Settings, store: ProfileStore) -> int:
        request = command.HandoffRequest(settings.profile, form, audience, show_secrets)
        return command.run(request, store)

    return _run(obj, work, as_json=form == "json")


@cli.command(
    short_help="Remove a profile and its secrets.",
    epilog="""\b
Examples:
  scim-wizard forget --profile old --yes
""",
)
@common
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def forget(obj: Common, yes: bool) -> int:
    """Remove a profile and its secrets here; says what remains to be done at Twilio."""
    from wizard.commands import forget as command
    from wizard.host import terminal

    if not yes and not terminal.is_interactive():
        raise click.UsageError("There is no terminal to ask on: say --yes if it is meant.")

    def work(settings: wiring.Settings, store: ProfileStore) -> int:
        return command.run(settings.profile, store, services.clock, is_asking=not yes)

    return _run(obj, work)


def _run(
    obj: Common, work: Callable[[wiring.Settings, ProfileStore], int], *, as_json: bool = False
) -> int:
    """Do a command's work; tell its failure; say what was mended on the way."""
    store: ProfileStore | None = None
    try:
        with wiring.log(click.get_current_context().info_name or ""), naming_faults():
            settings = obj.settings()
            store = services.store()
            code = work(settings, store)
    except SetupError as error:
        code = report(error.problem, as_json=as_json, profile=obj.profile)
    for notice in store.notices if store else ():
        say(notice)
    return code


def main() -> None:
    """Run the command line; Ctrl+C ends a command with 130, where click's own way is 1."""
    end_on_signals()
    take_any_encoding()
    try:
        with naming_faults():
            code = _cli()
    except SetupError as error:
        code = report(error.problem)
    sys.exit(code)


def _cli() -> int:
    try:
        code: int = cli(prog_name="scim-wizard", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = ExitCode.SIGNAL
    return code
