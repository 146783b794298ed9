"""No code reads or edits a sentence of the catalog; only `wording` changes a problem's text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from tests.book.test_structure import BOOK, ROOT, SOURCES, called
from wizard.domain.errors.catalog import PARTS
from wizard.domain.problems import Problem

WORDING: Final = frozenset({"domain/texts/wording.py", "domain/problems.py"})
"""The modules that may join whole sentences and fill in their {names}."""

TEXTS: Final = frozenset({"title", "cause", "remedy"})
READING: Final = {
    *("casefold", "count", "endswith", "find", "format", "index", "lower", "lstrip", "partition"),
    *("removeprefix", "removesuffix", "replace", "rfind", "rindex", "rpartition", "rsplit"),
    *("rstrip", "split", "splitlines", "startswith", "strip", "translate", "upper"),
    *("match", "search", "fullmatch", "sub", "subn", "findall", "finditer"),
}
"""Methods of str and functions of re that inspect or change a text."""

SENTENCES: Final = tuple(
    text
    for part in PARTS
    for entry in vars(part).values()
    if isinstance(entry, Problem)
    for text in (entry.title, entry.cause, entry.remedy)
)
"""Every text of the catalog, including variants."""


def faults(tree: ast.AST) -> Iterator[str]:
    """Yield the code that searches, compares, cuts, or replaces a problem's text."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                found = any(map(_is_text, (left, *others)))
            case ast.Call(func=ast.Attribute(value=of, attr=name), args=args) if name in READING:
                found = any(map(_is_text, (of, *args)))
            case ast.Subscript(value=of):
                found = _has_text(of)
            case ast.MatchValue(value=value):
                found = _is_text(value)
            case _:
                found = False
        if found:
            yield ast.unparse(node)


def _is_text(node: ast.expr) -> bool:
    """Whether it is a problem's text, or repeats part of the catalog's sentences."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        words = node.value
        return " " in words.strip() and any(words in sentence for sentence in SENTENCES)
    return _has_text(node)


def _has_text(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="step"), attr="title"):
            # A step's name.
            return False
        case ast.Attribute(attr=name):
            return name in TEXTS
    return False


def changes(tree: ast.AST) -> Iterator[str]:
    """Yield the calls that change the words of a problem."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(keywords=given) if called(node) == "replace":
                if TEXTS & {keyword.arg for keyword in given}:
                    yield ast.unparse(node)


def test_no_code_reads_or_edits_a_sentence() -> None:
    found = {
        f"{name}: {fault}"
        for name, tree in SOURCES.items()
        if name not in WORDING
        for fault in faults(tree)
    }
    assert not found


def test_words_are_changed_in_one_module() -> None:
    found = {
        f"{name}: {change}"
        for name, tree in SOURCES.items()
        if name not in WORDING and (ROOT / name).parent != BOOK
        for change in changes(tree)
    }
    assert not found


@pytest.mark.parametrize(
    "code",
    [
        'problem.remedy.replace("Try again", "Create a new link")',
        'how = "run it" if "under Credentials" in remedy else ""',
        'if problem.cause == "x": pass',
        "short = error.problem.title[:20]",
        're.search("again", problem.remedy)',
        'remedy.removeprefix("Try again")',
        'match remedy:\n    case "Try again.": pass',
    ],
)
def test_reading_a_sentence_is_found(code: str) -> None:
    assert list(faults(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        'f"{problem.title}. {problem.cause}"',
        "remedy = entry.remedy",
        'name.replace("-", " ")',
        'answer.error == "invalid_grant"',
    ],
)
def test_using_a_sentence_is_fine(code: str) -> None:
    assert not list(faults(ast.parse(code)))
