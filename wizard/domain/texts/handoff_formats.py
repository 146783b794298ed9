"""A handoff sheet as text: to be read, Markdown, JSON, variables, and commands with curl."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from shlex import quote
from typing import Final

from wizard.domain.secret import Secret
from wizard.domain.text import Command, one_line
from wizard.domain.texts.handoff import Row, Sheet

VARIABLE_PREFIX: Final = "TWILIO_"
"""Not SCIM_WIZARD_: the wizard itself would read those."""
NOTES: Final = "Notes"
COMMANDS: Final = "Commands"


def sections(sheet: Sheet) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Return what follows the rows of a sheet: titles and texts; only a script has commands."""
    steps = tuple(f"{number}. {text}" for number, text in enumerate(sheet.steps, 1))
    commands = sheet.commands if sheet.audience == "script" else ()
    named = (("Steps", steps), (NOTES, sheet.notes), (COMMANDS, commands))
    return ((title, texts) for title, texts in named if texts)


def markdown(sheet: Sheet) -> str:
    """Return a sheet as Markdown."""
    parts = [f"# {sheet.title}", "\n".join(map(_item, sheet.rows))]
    for title, texts in sections(sheet):
        bullet = "- " * (title == NOTES)
        lines = "\n".join(bullet + text for text in texts)
        parts += [f"## {title}", _fenced("\n\n".join(texts)) if title == COMMANDS else lines]
    return "\n\n".join(parts)


def paragraphs(sheet: Sheet) -> Iterable[str]:
    """Yield a sheet as paragraphs to be read or heard, without Markdown's signs.

    The first one has the rows. A command follows the line that says what it does.
    """
    yield "\n".join((sheet.title, *map(": ".join, rows(sheet))))
    for title, texts in sections(sheet):
        yield title
        yield from map(spoken, texts)


def rows(sheet: Sheet) -> Iterable[tuple[str, str]]:
    """Yield the name and the value of each thing to enter."""
    return ((row.title, _value(row) or row.note) for row in sheet.rows)


def spoken(text: str) -> str:
    """Return a paragraph, or a command after what it does, without the leading #."""
    return Command(text.removeprefix("# ")) if text.startswith("# ") else text


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
