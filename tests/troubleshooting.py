"""Write the README's troubleshooting tables from the catalog: python -m tests.troubleshooting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.book.table import ROWS
from wizard.domain.errors import consent, exchange, local, network, paste, scim, store
from wizard.domain.problems import Problem, entries
from wizard.domain.text import Program

README: Final = Path(__file__).parents[1] / "README.md"
BEGIN: Final = "<!-- troubleshooting: python -m tests.troubleshooting -->"
END: Final = "<!-- end -->"

PARTS: Final = {
    "What you paste": paste,
    "What Twilio answers to the link": consent,
    "Code and tokens": exchange,
    "The SCIM API": scim,
    "The network": network,
    "Files, keyring and locks": store,
    "This machine, and how the wizard is called": local,
}
_EXITS: Final = {row.entry: row.exit_code for row in ROWS if row.exit_code is not None}
"""The exit codes of commands, for the entries that they can meet."""


def block() -> str:
    """Return the text between the markers, and the markers."""
    return "\n".join((BEGIN, *_lines(), END))


def current() -> str:
    """Return the current text of the README in the same place."""
    text = README.read_text(encoding="utf-8")
    found = re.search(f"{re.escape(BEGIN)}.*?{re.escape(END)}", text, re.DOTALL)
    assert found is not None, f"README.md has no {BEGIN}"
    return found.group()


def _lines() -> Iterator[str]:
    for title, part in PARTS.items():
        has_exits = any(entry.id in _EXITS for entry in entries(part))
        yield f"\n### {title}\n"
        yield "| it says | why | what to do | step |" + (" exit |" if has_exits else "")
        yield "|---|---|---|---|" + ("---|" if has_exits else "")
        for entry in entries(part):
            yield _row(entry, has_exits=has_exits)
    yield ""


def _row(entry: Problem, *, has_exits: bool) -> str:
    run = "" if entry.run is None else f" Run: `{Program().command(*entry.run)}`"
    cells = [f"**{_cell(entry.title)}**", _cell(entry.cause), _cell(entry.remedy) + run]
    cells.append(entry.step.title if entry.step else "")
    if has_exits:
        cells.append(str(_EXITS.get(entry.id, "")))
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    """Return a text of the catalog, with each {name} in italics, because its value varies."""
    safe = re.sub(r"([|*<\\])", r"\\\1", text)
    return re.sub(r"{([a-z_]+)}", r"_\1_", safe)


def main() -> None:
    """Update the README."""
    text = README.read_text(encoding="utf-8")
    README.write_text(text.replace(current(), block()), encoding="utf-8")


if __name__ == "__main__":
    main()
