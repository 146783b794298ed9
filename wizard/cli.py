"""The command line: runs commands and the wizard; heavy modules are imported when needed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.exceptions import Exit

from wizard import __version__, console, manual, options, wiring
from wizard.domain.problems import ExitCode, SetupError
from wizard.flow.inactive import standing
from wizard.host import process
from wizard.options import Common, common

if TYPE_CHECKING:
    from wizard.flow.ports import ProfileStore


DEMO_ONLY: Final = (
    "--demo and --scenario work only without a command: the demo has no saved profile. To try the"
    " wizard, run:\n  {command}"
)


@click.group(
    cls=manual.ManualGroup,
    invoke_without_command=True,
    variables=manual.ANY | manual.WIZARD | manual.NETWORK,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@options.profile(
    envvar="SCIM_WIZARD_PROFILE", default="default", show_default=True, show_envvar=True
)
@click.option(
    "--demo", is_flag=True, help="Try the wizard with a simulated Twilio. Nothing is saved."
)
@click.option(
    "--scenario",
    metavar="NAME",
    shell_complete=options.scenarios,
    help="Demo scenario, such as denied or throttled.",
)
@click.option(
    "--plain", is_flag=True, help="Use plain text prompts (screen readers, basic terminals)."
)
@options.endpoints
@options.ca_file()
@click.version_option(__version__, prog_name="scim-wizard")
@click.pass_context
def cli(
    context: click.Context,
    /,
    profile: str,
    demo: bool,
    scenario: str | None,
    plain: bool,
    ca_file: Path | None,
    **given: str | None,
) -> int:
    """Set up OAuth access to Twilio's SCIM API.

    Run scim-wizard with no command to start the setup wizard. It saves the credentials in a profile
    that your scripts can use.
    """
    context.obj = Common(profile, ca_file, given, options.variables(context))
    is_demo = demo or scenario is not None
    if context.invoked_subcommand is None:
        from wizard import run

        return run.run(context.obj, scenario or ("happy" if demo else None), is_plain=plain)
    if is_demo:
        # The command would use a real profile. --plain changes nothing: commands print plain text.
        raise click.UsageError(DEMO_ONLY.format(command=process.started().command("--demo")))
    return ExitCode.FINE


@cli.command(short_help="Show a profile's status (no network).")
@common
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--all", "is_all", is_flag=True, help="All profiles.")
def status(obj: Common, as_json: bool, is_all: bool) -> int:
    """Show a profile's status, without using the network or reading secrets."""
    from wizard.commands import status as command

    told = {"as_json": as_json, "is_quiet": obj.is_quiet}
    with _reporting(obj, as_json=as_json, empty=command.EMPTY, is_all=is_all) as (settings, store):
        if is_all:
            return command.run_all(store, wiring.clock, **told)
        return command.run(settings.profile, store, wiring.clock, **told)


@cli.command(
    short_help="Test whether the SCIM API still works.",
    variables=manual.ANY | manual.NETWORK,
)
@common
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--all", "is_all", is_flag=True, help="Check all profiles, up to 10 at a time.")
def check(obj: Common, as_json: bool, is_all: bool) -> int:
    """Test the connection to the SCIM API (read-only), after refreshing an expired token.

    Each profile may take up to 60 seconds.
    """
    from wizard.commands import check as command

    with _reporting(obj, as_json=as_json, empty=command.EMPTY, is_all=is_all) as (settings, store):
        request = command.CheckRequest(
            settings.profile, settings.endpoints, is_all, as_json, obj.is_quiet
        )
        connecting = partial(wiring.Connection, settings.ca_file)
        return command.run(request, store, connecting, wiring.clock)


@cli.command(
    short_help="Print a valid access token for a script.",
    variables=manual.ANY | manual.NETWORK,
)
@common
@click.option("--header", "as_header", is_flag=True, help="Print a header line, for curl -H @-.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--min-ttl",
    callback=options.seconds,
    metavar="S",
    help="Minimum remaining lifetime, in seconds.",
)
@click.option("--force", is_flag=True, help="Refresh the token even if it's still valid.")
def token(obj: Common, as_header: bool, as_json: bool, min_ttl: int | None, force: bool) -> int:
    """Print a valid access token, and nothing else, to stdout. Refresh it first if needed.

    A refresh may take up to 60 seconds.
    """
    from wizard.commands import token as command

    if as_header and as_json:
        raise click.UsageError("You can't use --header and --json together.")
    life = None if min_ttl is None else timedelta(seconds=min_ttl)
    with _reporting(obj, as_json=as_json, empty=command.EMPTY) as (settings, store):
        request = command.TokenRequest(
            settings.profile, settings.endpoints, as_header, as_json, life, force, obj.is_quiet
        )
        connecting = partial(wiring.Connection, settings.ca_file)
        return command.run(request, store, connecting, wiring.clock)


@cli.command(short_help="Print a handoff sheet for an IdP admin or a script.")
@common
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "json", "env", "curl"]),
    default="markdown",
    show_default=True,
    help="Format of the sheet.",
)
@click.option(
    "--for",
    "audience",
    type=click.Choice(["script", "okta", "entra", "other"]),
    help="Audience of the sheet.  [default: as chosen in the wizard]",
)
@click.option("--show-secrets", is_flag=True, help="Include the Client Secret in clear text.")
def handoff(obj: Common, form: str, audience: str | None, show_secrets: bool) -> int:
    """Print a handoff sheet for an IdP admin or a script."""
    from wizard.commands import handoff as command

    with _reporting(obj, as_json=form == "json") as (settings, store):
        return command.run(
            settings.profile, store, form=form, audience=audience, has_secrets=show_secrets
        )


@cli.command(short_help="Remove a profile and its secrets.")
@common
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
def forget(obj: Common, yes: bool) -> int:
    """Remove a profile and its secrets from this machine, and list what's left to do in Twilio."""
    from wizard.commands import forget as command

    asked = {"is_asking": not yes, "is_quiet": obj.is_quiet}
    with _reporting(obj) as (settings, store):
        return command.run(settings.profile, store, wiring.clock, **asked)


@contextmanager
def _reporting(
    obj: Common,
    *,
    as_json: bool = False,
    empty: Mapping[str, object] | None = None,
    is_all: bool = False,
) -> Iterator[tuple[wiring.Settings, ProfileStore]]:
    """Yield what a command needs; report its failure, and what was repaired before it.

    Args:
        empty: the additional JSON keys of its success, with empty values.
        is_all: all profiles were asked for.

    Raises Exit after a failure.
    """
    store: ProfileStore | None = None
    code: int | None = None
    try:
        with wiring.log(click.get_current_context().info_name or ""), console.naming_faults():
            settings = obj.settings()
            store = wiring.store()
            yield settings, store
    except SetupError as error:
        code = console.report(
            error.problem,
            as_json=as_json,
            profile=None if is_all else obj.profile,
            empty=empty,
            warnings=standing(store) if store else (),
        )
    for notice in store.notices if store and not obj.is_quiet else ():
        console.print_error(notice)
    if code is not None:
        raise Exit(code)


def main() -> None:
    """Run the command line; Ctrl+C exits with 130, not with click's 1."""
    process.end_on_signals()
    console.take_any_encoding()
    try:
        with console.naming_faults():
            code = _cli()
    except SetupError as error:
        code = console.report(error.problem)
    process.prepare_exit()
    sys.exit(code)


def _cli() -> int:
    try:
        code: int = cli(prog_name="scim-wizard", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = ExitCode.SIGNAL
    except OSError as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            # click ends the line, but the terminal is gone.
            return ExitCode.SIGNAL
        # Of --help and --version. Elsewhere than on Windows, click knows it.
        if not console.is_closed_pipe(error):
            raise
        console.let_go_of_stdout()
        code = ExitCode.FINE
    return code
