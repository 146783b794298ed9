"""A handoff sheet as text: to be read, Markdown, JSON, variables, and commands with curl."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from shlex import quote
from typing import Final

from wizard.domain.secret import Secret
from wizard.domain.text import Command, one_line
from wizard.domain.texts.handoff import Row, Sheet

VARIABLE_PREFIX: Final = "TWILIO_"
"""Not SCIM_WIZARD_: the wizard itself would read those."""


def markdown(sheet: Sheet) -> str:
    """Return a sheet as Markdown; only a script's sheet has commands."""
    parts = [f"# {sheet.title}", "\n".join(map(_item, sheet.rows)), *sheet.paragraphs]
    if sheet.audience == "script":
        parts.append(_fenced("\n\n".join(sheet.commands)))
    return "\n\n".join(parts)


def paragraphs(sheet: Sheet) -> tuple[str, ...]:
    """Return a sheet as paragraphs to be read or heard, without Markdown's signs.

    The first one has the rows. A command follows the line that says what it does.
    """
    rows = (f"{row.title}: {_value(row) or row.note}" for row in sheet.rows)
    commands = (Command(text.removeprefix("# ")) for text in sheet.commands)
    return (
        "\n".join((sheet.title, *rows)),
        *sheet.paragraphs,
        *(commands if sheet.audience == "script" else ()),
    )


def as_json(sheet: Sheet) -> str:
    """Return a sheet for programs: one object, null for what is left out."""
    values = {key: _reveal(value) for key, value in sheet.values.items()}
    whose = {"version": 2, "profile": sheet.profile, "audience": sheet.audience}
    return json.dumps(whose | values, indent=2)


def env(sheet: Sheet) -> str:
    """Return a sheet as assignments a POSIX shell reads; a comment for what is left out."""
    head = [f"# {sheet.title}, profile {sheet.profile}"]
    # A sheet with a Client ID has a secret, too; Entra's sheet has neither.
    if sheet.values["client_secret"] is None and sheet.values["client_id"] is not None:
        head.append("# The Client Secret is left out. To include it, add --show-secrets.")
    lines = (_assignment(VARIABLE_PREFIX + k.upper(), v) for k, v in sheet.values.items())
    return "\n".join([*head, *lines])


def curl(sheet: Sheet) -> str:
    """Return the commands of a sheet; no secret is ever in one."""
    return "\n\n".join(sheet.commands)


FORMATS: Final[Mapping[str, Callable[[Sheet], str]]] = {
    "markdown": markdown,
    "json": as_json,
    "env": env,
    "curl": curl,
}


def _reveal(value: str | Secret | None) -> str | None:
    return value.reveal() if isinstance(value, Secret) else value


def _assignment(name: str, value: str | Secret | None) -> str:
    if value is None:
        return f"# {name}="
    text = value.reveal() if isinstance(value, Secret) else one_line(value, len(value))
    return f"{name}={quote(text)}"


def _item(row: Row) -> str:
    text = _value(row)
    return f"- **{row.title}:** {_code(text) if text else row.note}"


def _value(row: Row) -> str:
    text = _reveal(row.value) or ""
    return one_line(text, len(text))


def _code(text: str) -> str:
    """Return a line as a code span that nothing in it can end (CommonMark §6.1)."""
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _fenced(code: str) -> str:
    """Return code as a block that nothing in it can end (CommonMark §4.5)."""
    fence = "`" * max(3, _longest_run(code) + 1)
    return f"{fence}sh\n{code}\n{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
