"""The code itself shows that every failure has an entry of the error catalog."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import wizard

ROOT: Final = Path(wizard.__file__).parent
BOOK: Final = ROOT / "domain" / "errors"
RAISED: Final = {
    "SetupError": None,
    "Damaged": "store/codec.py: on its way to FILE_DAMAGED and SECRETS_DAMAGED",
    "DecodingError": "api/http.py: on its way to ENCODING_REFUSED",
    "ProxyError": "api/http.py: on its way to PROXY_OF_OTHER_KIND",
    "UnusableProxy": "api/proxies.py: carries its entry; api/failures.py takes it out",
    "InvalidURL": "api/http.py: on its way to BAD_ADDRESS",
    "PasswordDeleteError": "store/keyring.py: on its way to KEYRING_FAILED",
    "ClickException": "wrong usage: click says it, and the command line ends with 2",
    "UsageError": "the same",
    "BadParameter": "the same",
    "Exit": "cli.py: click ends the program with the code of a command",
    "OSError": "api/http.py: on its way to CA_FILE_UNUSABLE",
    "Left": "plain/dialogue.py: a prompt answered by going elsewhere",
    "EOFError": "host/line_reader.py: the window was closed; plain mode ends with 130",
    "SystemExit": "commands/network.py: a signal came; the command ends with 130",
    "SkipAction": "ui/widgets/field.py: a key that is another action's where nothing is selected",
    "ValueError": "decoding at the edges, and a listener asked for what is no loopback address",
    "TypeError": "domain/secret.py: nobody pickles a Secret",
    "NotImplementedError": "what a subclass or a JSON hook has to know",
}
"""Every exception raised by name in the product, and where each one except SetupError is caught."""

SOURCES: Final = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(ROOT.rglob("*.py"))
    if "sandbox" not in path.parts
}


def calls(tree: ast.AST, function: str) -> Iterator[ast.Call]:
    """Yield the calls of a function or class, however it was imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) == function:
            yield node


def called(node: ast.Call) -> str:
    """Return the last name of the called expression."""
    return ast.unparse(node.func).rpartition(".")[2]


def book_names(tree: ast.AST) -> set[str]:
    """Return the names by which a module refers to the catalog and its parts."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("wizard.domain.errors")
        for alias in node.names
    }


def problem_names(tree: ast.AST) -> set[str]:
    """Return the names that are declared or inferred to be a Problem."""
    declared: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name, annotation=note) if note is not None and _is_problem(note):
                declared.add(name)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=note) if _is_problem(note):
                declared.add(name)
            case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), kind]) if (
                _is_problem(kind)
            ):
                declared.add(name)
            case ast.FunctionDef(name=name, returns=note) if note is not None and _is_problem(note):
                declared.add(name)
    return declared


def _is_problem(note: ast.expr) -> bool:
    return "Problem" in {n.id for n in ast.walk(note) if isinstance(n, ast.Name)}


class Origin:
    """Finds where an expression in a module comes from: the catalog, or a declared name."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._book = book_names(tree)
        self._declared = problem_names(tree)

    def is_known(self, node: ast.expr) -> bool:
        """Whether it is an entry, a filled-in copy, or a value typed Problem."""
        match node:
            case ast.Name(id=name):
                return name in self._book | self._declared or self._is_assigned(name)
            case ast.Attribute(value=ast.Name(id=part)) if part in self._book:
                return True
            case ast.Attribute(attr="problem"):
                # SetupError.problem, and its holders, are typed Problem.
                return True
            case ast.Subscript(value=of):
                return self.is_known(of)
            case ast.IfExp(body=yes, orelse=no):
                return self.is_known(yes) and self.is_known(no)
            case ast.BoolOp(values=values):
                return all(map(self.is_known, values))
            case ast.Call(func=ast.Attribute(value=of, attr="filled" | "with_detail")):
                return self.is_known(of)
            case ast.Call(args=[of, *_]) if called(node) == "replace":
                return self.is_known(of)
            case ast.Call():
                return called(node) in self._declared | self._book | _CLASSIFIERS
        return False

    def _is_assigned(self, name: str) -> bool:
        values = [
            node.value
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and target.id == name
        ]
        return any(self.is_known(value) for value in values)


_CLASSIFIERS: Final = frozenset(
    name
    for tree in SOURCES.values()
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef) and node.returns is not None and _is_problem(node.returns)
    for name in [node.name]
)
"""Functions of the product that are declared to return a Problem."""


def test_setup_error_carries_an_entry() -> None:
    strays = {
        f"{name}: {ast.unparse(call)}"
        for name, tree in SOURCES.items()
        for call in calls(tree, "SetupError")
        if not (call.args and Origin(tree).is_known(call.args[0]))
    }
    assert not strays


def test_problems_are_made_in_the_book_only() -> None:
    """Therefore every value typed Problem is an entry or one of its copies."""
    others = {name: tree for name, tree in SOURCES.items() if (ROOT / name).parent != BOOK}
    assert len(others) > len(SOURCES) / 2
    made = {
        f"{name}: {ast.unparse(call)}"
        for name, tree in others.items()
        for call in calls(tree, "Problem")
    }
    assert not made
    bases = {
        ast.unparse(base)
        for tree in SOURCES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
    }
    assert not bases & {"Problem", "SetupError"}


def test_what_is_raised_is_known() -> None:
    raised = {
        called(node.exc) if isinstance(node.exc, ast.Call) else ast.unparse(node.exc)
        for tree in SOURCES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and node.exc is not None
    }
    assert {name for name in raised if name[:1].isupper()} <= set(RAISED)


@pytest.mark.parametrize(
    ("code", "is_known"),
    [
        (
            "from wizard.domain.errors.store import DISK_FULL\n"
            "SetupError(DISK_FULL.filled(path=p))",
            True,
        ),
        ("from wizard.domain.errors import scim\nSetupError(replace(scim.NOT_SCIM, step=s))", True),
        ("def f(problem: Problem): raise SetupError(problem)", True),
        ("problem = None\nraise SetupError(problem)", False),
        ("raise SetupError(Problem('id', 'title', 'cause', 'remedy'))", False),
        ("raise SetupError(whatever())", False),
    ],
)
def test_test_tells_them_apart(code: str, is_known: bool) -> None:
    tree = ast.parse(code)
    (call,) = calls(tree, "SetupError")
    assert Origin(tree).is_known(call.args[0]) is is_known
