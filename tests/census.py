"""Every text that a user can see, and where it stands: python -m tests.census [--texts].

With --texts: numbered, with what kind of text each is and without its place, for people who rate
the wording and don't know the code. Values that vary are filled with examples.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

import click

from wizard.cli import cli
from wizard.domain.errors.catalog import PARTS
from wizard.domain.problems import Problem
from wizard.domain.texts.guide import GUIDE, ON_SCREEN, TYPED

ROOT: Final = Path(__file__).parents[1]

EXAMPLES: Final = {
    "description": "The user denied the request",
    "error": "access_denied",
    "folder": "/home/ada/.local/share/twilio-scim-wizard",
    "host": "iam.twilio.com",
    "name": "acme",
    "noun": "Redirect URL",
    "offset": "7 minutes slow",
    "organization": "OR0123…cdef",
    "ours": "oauth.twilio.com",
    "owner": "ben",
    "path": "/home/ada/.local/share/twilio-scim-wizard/profiles/acme.json",
    "permission": "managed-users/list",
    "port": "8765",
    "profile": "acme",
    "proxy": "proxy.example.com:3128",
    "reason": "connection timed out",
    "seconds": "30",
    "since": "Nov 28, 2026",
    "url": "https://scim.example.com/callback",
    "user": "ada",
    "variable": "HTTPS_PROXY",
    "wait": "30 seconds",
    "why_not": "no display",
}
"""What a placeholder shows, by the last name in it; "[…]" for all others."""

PATTERNS: Final = {
    "title": "error title",
    "cause": "error cause",
    "remedy": "error: what to do",
    "Button": "button",
    "Binding": "key label",
    "tooltip": "tooltip",
    "Command": "command palette",
    "SCENARIOS": "demo scenario",
    "SystemCommand": "command palette",
    "Item": "menu",
    "Check": "check line",
    "Question": "question",
    "notify": "notification",
    "Prompt": "prompt, or part of one",
    "prompt": "prompt, or part of one",
    "_prompt": "prompt, or part of one",
    "_answered": "prompt, or part of one",
    "_asked": "prompt, or part of one",
    "say": "plain mode",
    "_say": "plain mode",
    "wait": "plain mode: Waiting for …",
    "Field": "field",
    "Offer": "button",
    "Row": "handoff sheet",
    "Sheet": "handoff sheet",
    "UsageError": "command error",
    "BadParameter": "command error",
    "print_to_stderr": "command output",
}
"""The kind of a text, by the call or the argument in which it stands."""

FOLDERS: Final = {
    "api": "error detail, or part of a line",
    "cli": "command error",
    "console": "command output",
    "domain/oauth": "error detail, or part of a line",
    "domain/problems": "label",
    "domain/steps": "label",
    "domain/text.": "error detail, or part of a line",
    "domain/texts/handoff": "handoff sheet",
    "domain/texts/overview": "overview",
    "domain/texts/wording": "error: what to do",
    "host/browser": "error detail, or part of a line",
    "host/terminal": "startup message",
    "run": "startup message",
    "store": "error detail, or part of a line",
    "ui/textual": "startup message",
    "domain/texts/prerequisites": "prerequisites",
    "domain/texts": "screen",
    "domain/rules": "message under a field",
    "domain/credential_fields": "field",
    "manual": "--help",
    "options": "--help",
    "plain": "plain mode",
    "ui": "screen",
    "flow": "screen",
    "commands": "command output",
    "sandbox/serve": "browser page of the demo",
    "sandbox/twilio": "response of the simulated Twilio",
    "host/callback_page": "browser page",
}
"""The kind of a text whose call says nothing, by where its module is."""

NO_TEXT_CALLS: Final = re.compile(
    r"compile|note|Gap|TypeVar|ValueError|TypeError|(re|headers)\.\w+|startswith|frozenset|get|query\w*"
    r"|fullmatch|build_request|DecodingError|AsyncClient|dict\.fromkeys|Theme|quoted"
)
NO_TEXT_NAMES: Final = re.compile(
    r".*CSS|.*STYLE|.*_PAGE|.*_PROGRAM|.*_WORDS|.*_VARIABLES|AUTO_FOCUS|__all__|id|classes|HEADERS"
    r"|policy|lines|_PLACE|_LACKING|MAYBE|SAME|REPEAT|_WINDOWS_SETTINGS|key_display|action|in_a_line|format"
)
NO_TEXT_FILES: Final = re.compile(
    r"domain/errors/|domain/texts/guide|sandbox/oauth|store/codec|windows\.py"
)
CODE: Final = re.compile(
    r"[\\^$]\w?[(\[{?]|charset=|<!doctype|[|]=|-\w+ @-|</?\w+ |\w\(\)|: \{|^\W*$"
)


class Text(NamedTuple):
    """A sentence or a label that a user sees."""

    kind: str
    where: str
    words: str


@cache
def census() -> tuple[Text, ...]:
    """Return every text once, sentence by sentence, in the order of its sources."""
    found: dict[str, Text] = {}
    for text in (*_catalog(), *_pages(), *_help(), *_sources(), *_html(), *_readme()):
        for words in sentences(text.words):
            found.setdefault(words, text._replace(words=words))
    return tuple(found.values())


def sentences(text: str) -> list[str]:
    """Split a text into its sentences, each on one line."""
    plain = unescape(re.sub(r"</?\w[^>]*>", "", text))
    parts = re.split(r"\n+|(?<=[.!?])\s+", plain)
    is_text = re.compile(r"(?!(`[^`]*`,? ?|\S*//\S+|!\[.*\)|…|\W)+$).*[A-Za-z]{2}")
    return [words for part in parts if is_text.match(words := " ".join(part.split()))]


def _filled(text: str) -> str:
    """Fill the {names} of a text with examples."""
    return re.sub(r"{(\w+)}", lambda name: EXAMPLES.get(name[1], "[…]"), text)


def _catalog() -> Iterator[Text]:
    for part in PARTS:
        for problem in filter(lambda value: isinstance(value, Problem), vars(part).values()):
            where = f"catalog {problem.id}"
            yield Text("error title", where, _filled(problem.title))
            yield Text("error cause", where, _filled(problem.cause))
            label = f"error: what to do ({problem.who.value})"
            yield Text(label, where, _filled(problem.remedy))


def _pages() -> Iterator[Text]:
    for step, page in GUIDE.items():
        for keys, kind in ((ON_SCREEN, "help page"), (TYPED, "help page in plain mode")):
            named = page.naming(keys)
            for words in (named.heading, named.intro, *named.help):
                yield Text(f"{kind} {step.title}", f"guide {step.title}", words)


def _help() -> Iterator[Text]:
    for command in (cli, *cli.commands.values()):
        where = f"{command.name} --help"
        for words in filter(None, (command.help, command.short_help)):
            yield Text("--help", where, re.sub(r"(?<!\n)\n(?!\n)", " ", words))
        options = (option for option in command.params if isinstance(option, click.Option))
        yield from (Text("--help option", where, option.help) for option in options if option.help)


def _html() -> Iterator[Text]:
    for path in sorted(ROOT.glob("wizard/**/*.html")):
        words = re.sub(
            r"(?s)<(style).*?</\1>|<!.*?>|</\w+>", "\n", path.read_text(encoding="utf-8")
        )
        where = str(path.relative_to(ROOT))
        yield Text("browser page of the demo", where, re.sub(r"\$\w+", "[…]", words))


def _readme() -> Iterator[Text]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"(?s)<details>.*?</details>|```.*?```|<!--.*?-->", "", text)
    for block in re.split(r"\n\n|\n *(?=[-|#]|\d\. )|(?<=\S) \| ", text):
        yield Text(
            "README", "README.md", " ".join(re.sub(r"^[\d|#!. -]+|[|]$", "", block.strip()).split())
        )


def _sources() -> Iterator[Text]:
    for path in sorted(ROOT.glob("wizard/**/*.py")):
        where = str(path.relative_to(ROOT))
        if not NO_TEXT_FILES.search(where):
            module = importlib.import_module(where[:-3].replace("/", ".").removesuffix(".__init__"))
            yield from _Module(where, module).texts(ast.parse(path.read_text(encoding="utf-8")))


class _Module:
    """The texts in the syntax tree of a module."""

    def __init__(self, where: str, module: ModuleType) -> None:
        self._where = where
        self._names = vars(module)
        inside = where.removeprefix("wizard/")
        self._kind = next((k for start, k in FOLDERS.items() if inside.startswith(start)), "detail")

    def texts(self, node: ast.AST, kind: str = "", *, is_label: bool = False) -> Iterator[Text]:
        """Yield the texts under a node; those of a label may be a single word."""
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if NO_TEXT_CALLS.fullmatch(name.rpartition(".")[2]) or NO_TEXT_CALLS.fullmatch(name):
                return
            kind = PATTERNS.get(name.rpartition(".")[2], kind)
            is_label = name.rpartition(".")[2] in PATTERNS
        words = self._words(node)
        if words is not None:
            if _is_text(self._words(node, is_filled=False) or "", is_label=is_label):
                line = getattr(node, "lineno", 0)
                yield Text(kind or self._kind, f"{self._where}:{line}", words)
            return
        if isinstance(node, ast.Dict):
            # Sentences that are keys are examples' comments; others are only looked up.
            node.keys = [key for key in node.keys if ast.unparse(key or node)[-2:] == ".'"]
        for name, child in _children(node):
            if not NO_TEXT_NAMES.fullmatch(name):
                yield from self.texts(child, PATTERNS.get(name, kind), is_label=is_label)

    def _words(self, node: ast.AST, *, is_filled: bool = True) -> str | None:
        """Return the text of a string; None for any other node."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return _filled(node.value) if is_filled else node.value
        if isinstance(node, ast.JoinedStr):
            words = "".join(
                str(p.value) if isinstance(p, ast.Constant) else self._value(p, is_filled)
                for p in node.values
            )
            return _filled(words) if is_filled else words
        return None

    def _value(self, part: ast.expr, is_filled: bool) -> str:
        """Return the value in an f-string: a constant of the module, or an example."""
        if not is_filled:
            return "…"
        assert isinstance(part, ast.FormattedValue)
        source = ast.unparse(part.value)
        try:
            return str(eval(source, self._names))
        except Exception:  # noqa: BLE001  names of a function
            return EXAMPLES.get(re.findall(r"\w+", source)[-1], "[…]")


def _children(node: ast.AST) -> Iterable[tuple[str, ast.AST]]:
    """Yield the nodes under a node, but no docstring, with the name each is assigned to."""
    target = getattr(node, "target", None) or next(iter(getattr(node, "targets", ())), None)
    name = getattr(node, "arg", None) or getattr(node, "name", None) or getattr(target, "id", "")
    for child in ast.iter_child_nodes(node):
        is_docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if not is_docstring and child is not getattr(node, "annotation", None):
            yield str(name), child


def _is_text(words: str, *, is_label: bool) -> bool:
    if CODE.search(words):
        return False
    return bool(
        re.search(r"[A-Za-z]{2}\S* +(\S* +)?\S*[A-Za-z]|[A-Za-z]{2} …|… [a-z]{2}", words)
    ) or (is_label and bool(re.match(r"[‹✓]? ?[A-Z][a-z]", words)))


def main(*arguments: str) -> None:
    """Print the census."""
    for number, text in enumerate(census(), 1):
        line = (str(number), text.kind) if "--texts" in arguments else (text.where,)
        sys.stdout.write("\t".join((*line, text.words)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
