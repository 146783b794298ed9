"""Options before or after a command, and their shell completion."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource

from wizard import wiring
from wizard.domain import endpoints as endpoint_rules
from wizard.domain.problems import SetupError
from wizard.domain.value import Value, replace
from wizard.host import process
from wizard.store.paths import check_name, expanded

F = TypeVar("F", bound=Callable[..., int])


YEAR: Final = 366 * 24 * 3600
"""Seconds; no token is valid for longer."""


class Common(Value):
    """The options before and after a command."""

    profile: str
    ca_file: Path | None
    given: dict[str, str | None]
    """Endpoints as they were given."""
    variables: dict[str, str]
    """The variable of each endpoint that came from one."""
    is_quiet: bool = False
    """Print only failures."""

    def settings(self) -> wiring.Settings:
        """Return the settings, checked. Raises SetupError."""
        check_name(self.profile)
        endpoints = endpoint_rules.asked(self.given, self.variables)
        # The shell doesn't expand the ~ in --ca-file=~/x.
        ca_file = expanded(self.ca_file) if self.ca_file else None
        return wiring.Settings(self.profile, endpoints, ca_file)


def profiles(_context: click.Context, _option: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a profile."""
    try:
        names = wiring.store().names()
    except SetupError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def scenarios(_context: click.Context, _option: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a scenario of the demo."""
    return [name for name in wiring.scenarios() if name.startswith(incomplete)]


def seconds(_context: click.Context, _option: click.Parameter, text: str | None) -> int | None:
    """Read a number of seconds, up to a year; click's own range is a "valid integer range"."""
    if text is None:
        return None
    if text.isdecimal() and len(text) <= len(str(YEAR)) and int(text) <= YEAR:
        return int(text)
    raise click.BadParameter(f"{text!r} isn't a number of seconds from 0 to {YEAR:,}.")


profile: Final = partial(
    click.option, "--profile", metavar="NAME", shell_complete=profiles, help="Profile to use."
)
ca_file: Final = partial(
    click.option,
    "--ca-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Additional CA certificates to trust (PEM file).",
)


def common(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the `Common`, and the options that may stand after a command, too.

    The later one of two holds. --plain changes nothing: a command prints plain text anyway.
    """
    command = click.pass_obj(command)
    for name in endpoint_rules.LABELS:
        refusing = click.option(
            endpoint_rules.option(name), hidden=True, expose_value=False, callback=_refuse_endpoint
        )
        command = refusing(command)
    plain = click.option("--plain", is_flag=True, hidden=True, expose_value=False)
    command = plain(command)
    later: dict[str, Any] = {"expose_value": False, "callback": _choose}
    quiet = click.option(
        "--quiet", "is_quiet", is_flag=True, help="Print only failures (for cron).", **later
    )
    return profile(**later)(ca_file(**later)(quiet(command)))


def endpoints(command: F) -> F:
    """Add the options that name a new setup's endpoints; each has its variable."""
    # The last one added is listed first.
    for name, what in reversed(endpoint_rules.LABELS.items()):
        option, words = endpoint_rules.option(name), f"{what} for a new profile."
        adding = click.option(
            option, envvar=_variable(name), show_envvar=True, metavar="URL", help=words
        )
        command = adding(command)
    return command


def variables(context: click.Context) -> dict[str, str]:
    """Return the variables that endpoints were given by, by the endpoint's name."""
    by = {name: context.get_parameter_source(name) for name in endpoint_rules.LABELS}
    return {name: _variable(name) for name in by if by[name] is ParameterSource.ENVIRONMENT}


def _variable(name: str) -> str:
    return f"SCIM_WIZARD_{name.upper()}"


def _choose(context: click.Context, option: click.Parameter, value: object) -> None:
    # An empty name, as from a variable that is not set, must not mean the default one.
    is_given = value is not None and value is not False
    # The shell completes a command without running what stands before it: there is no Common then.
    if is_given and isinstance(context.obj, Common):
        chosen: dict[str, Any] = {str(option.name): value}
        context.obj = replace(context.obj, **chosen)


def _refuse_endpoint(_context: click.Context, option: click.Parameter, url: str | None) -> None:
    if url is not None:
        name = option.opts[0]
        command = process.started().command(name, "URL", profile="NAME")
        words = (
            f"{name} is only for a new profile. A profile keeps the endpoints it was set up with. "
            f"To set up a profile with other endpoints, run:\n  {command}"
        )
        raise click.UsageError(words)
