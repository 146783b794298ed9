"""Every sentence is plain English: what users see, the README, docstrings, and comments."""

from __future__ import annotations

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Final

import pytest

from tests.census import ROOT, census, sentences
from wizard.domain.errors.catalog import PARTS
from wizard.domain.problems import Problem
from wizard.domain.steps import Step
from wizard.domain.texts import wording

EVERYWHERE: Final = {
    r"\btick(s|ed|ing)?\b": "select, check",
    r"\bmend(s|ed|ing)?\b": "fix",
    r"rehears|for its hour": "refresh, valid until",
    r"\bstead\b": "for you, instead",
    r"\bhangs? on\b": "depends on",
    r"unwelcome": "not allowed",
    r"stranger": "someone else",
    r"makes? no sense|\bodd\b": "invalid, unexpected",
    r"is it so\b|nothing more is known": "(leave it out)",
    r"fresh (one|link)": "new link",
    r"\bbare\b": "full link, without",
    r"\broad\b": "steps, grant type",
    r"e-mail": "email",
    r"\bblanks\b": "spaces",
    r"\b(code|link|token)s? (lives?|dies?)\b|\blives? (\d|five)": "expires",
    r"used? up\b|\bspent\b": "redeemed, was already used",
    r"\bat Twilio\b": "in Twilio",
    r"\bCurrent Console\b": "Twilio Console",
    r"for a pause": "rate limit",
    r"hand-off|forget it\b": "handoff sheet, remove profile",
    r"\bmay not\b": "can't, isn't allowed to",
    r"in vain": "(say what failed)",
    r"some minutes": "a few minutes",
    r"tells? of\b|\b(is|are|as) told\b": "shows, reports",
    r"lets? through": "allow",
    r"all the same\b": "anyway",
    r"\bgo(es)? on\b": "continue",
    r"stays? so\b": "if that doesn't help",
    r"\bconsents?\b": "authorization, approval",
    r"answered (with|for)\b": "returned, responded",
    r"the (pasted one|one set)\b": "(name it)",
    r"stand-in|hung up": "simulated Twilio, closed the connection",
    r"colour|behaviour|catalogue|cancelled|\bgrey\b|organisation|licence|whilst": "US spelling",
}
"""Wordings to replace in all prose, and what to write instead."""

SHOWN: Final = {
    r"\banswer(s|ed)\b(?! them)|(an|no|the|'s) answer\b": "response, returns",
    r"Twilio refuses|\b(is|are|was|were) refused|refused$": "rejected",
    r"\brenew(?!.* certificate|ed in time)": "refresh",
    r"(?<!-)\bsigns\b(?! in)": "characters",
    r"\b(can|is|are|does|do|did|was|were|will|has|have|could|would|should) ?not\b": "contraction",
    r"\b(two|three|five|ten|twenty|thirty) (seconds|minutes|hours|users)\b": "digits",
    r"\b(an|its|one) hour\b": "expires_in",
    r"what is set up|the stored|the old set": "the setup, saved",
    r"\bthe (web )?address(?! bar| is| and| or)": "URL",
    r"(?<=\S) …": "no space before …",
}
"""The same, only for what users see."""

WORDS: Final = 20
"""The most words of a sentence that users see."""
WORDS_TO_READ: Final = 25
"""The same in the README, in docstrings, and in comments."""

VERBS: Final = (
    "Add|Allow|Ask|Authorize|Change|Check|Choose|Clear|Click|Compare|Continue|Copy|Correct|Create|Don't|Enlarge|Enter|Exempt|"
    "Fix|Follow|Free|Give|Have|Ignore|Leave|Look|Make|Move|Open|Paste|Press|Put|Quit|Rename|Replace|"
    "Restore|Resume|Rotate|Run|Select|Set|Sign|Start|Try|Type|Undo|Unlock|Unset|Update|Use|Wait|Write"
)
REMEDY: Final = re.compile(
    rf"(If .+?, |The link on this step is new\. )?({VERBS})\b", re.IGNORECASE
)
"""What a remedy begins with; on Authorize, the wizard has done the first step already."""

NAMES: Final = re.compile(
    "Access|Account|Admin|Administrator|Application|Approve|Authorization|Authorize|Back|Bearer|"
    "Check|Chromium|Client|Console|Content|Copy|Create|Credentials|Ctrl|Date|Deny|Developer|Enter|"
    "Entra|Esc|Finish|Found|Legacy|Linux|Microsoft|Monitor|Not|Nov|Okta|Organization|Overview|"
    "Owner|Page|Prerequisites|Punycode|Python|Redirect|Save|Scopes|Secret|Space|Support|Textual|"
    "Twilio|Users|Windows|Wine"
)
"""Words that are capitalized within a sentence: names, keys, steps, and the Console's labels."""
LABELS: Final = re.compile(
    "PyPI|Import New Users and Profile Updates|Push New Users|Push Profile Updates|"
    "Create App Integration|SWA - Secure Web Authentication|Authentication M(ethod|ode)|To App|"
    "IdP|PgDn|PowerShell|Applications|Enterprise apps|"
    "Create Users|Update User Attributes|Deactivate Users|Admin Credentials|"
    "Open Provisioning, select Automatic|"
    "Authenticate|Test Connection|Full link|Got it"
)
"""Labels of Okta and Entra, and words, that are capitalized in another way."""

Rule = Callable[[str], str]
"""Returns what is wrong with a sentence, or ""."""


def replaced(wordings: dict[str, str]) -> Rule:
    """Return the rule against some wordings."""
    patterns = {re.compile(p, re.IGNORECASE): instead for p, instead in wordings.items()}

    def rule(sentence: str) -> str:
        found = ((p.search(sentence), instead) for p, instead in patterns.items())
        return "; ".join(f"{match[0]!r}: {instead}" for match, instead in found if match)

    return rule


def longer_than(words: int) -> Rule:
    """Return the rule against long sentences; each label of a menu path counts by itself."""

    def rule(sentence: str) -> str:
        parts = (re.findall(r"\S*[A-Za-z]\S*", part) for part in sentence.split(" > "))
        count = max(len(part) for part in parts)
        return f"{count} words" if count > words else ""

    return rule


def title_case(sentence: str) -> str:
    """Find capitalized words within a sentence that are no names."""
    found = re.findall(r"(?<=[a-z,;)] )[A-Z][a-z]+\b", LABELS.sub("label", sentence))
    return ", ".join(word for word in found if not NAMES.fullmatch(word))


def not_a_step(remedy: str) -> str:
    """Tell whether a remedy begins neither with a verb nor with "If …," and a verb."""
    return "" if REMEDY.match(remedy) else "no verb"


SHOWN_RULE: Final = replaced(EVERYWHERE | SHOWN)
PROSE_RULE: Final = replaced(EVERYWHERE)


def prose() -> Iterator[tuple[str, str]]:
    """Yield the sentences of docstrings and comments, and where each stands."""
    for folder in ("wizard", "tests", "screenshots"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            for line, text in (*_docstrings(source), *_comments(source)):
                for words in sentences(re.sub(r"`[^`]*`|\"[^\"]*\"", "x", text)):
                    yield f"{path.relative_to(ROOT)}:{line}", words


def _docstrings(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            for paragraph in re.split(r"\n\n|\n(?=\s)", inspect.cleandoc(str(node.value.value))):
                yield node.lineno, paragraph.replace("\n", " ")


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Yield comments of whole lines, those on consecutive lines as one."""
    found: list[tuple[int, str]] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and token.line.lstrip().startswith("#"):
            line, words = token.start[0], token.string.lstrip("# ")
            first, before = found[-1] if found else (0, "")
            if before and first + before.count("\n") + 1 == line:
                found[-1] = (first, f"{before}\n{words}")
            else:
                found.append((line, words))
    yield from ((line, words.replace("\n", " ")) for line, words in found)


def remedies() -> Iterator[tuple[str, str]]:
    """Yield every remedy: of the catalog, and as other places word it."""
    catalog = [p for part in PARTS for p in vars(part).values() if isinstance(p, Problem)]
    variants: tuple[Callable[[Problem], Problem], ...] = (
        lambda problem: problem,
        wording.after_code,
        wording.behind_login,
        wording.in_command,
        wording.of_saved,
        wording.while_removing,
        wording.without_refresh_token,
        lambda problem: wording.on_arrival(problem, Step.AUTHORIZE),
        lambda problem: wording.or_files(problem, "press F7"),
        lambda problem: wording.or_files(problem, "press F7", is_chosen=True),
        lambda problem: wording.or_retry(problem, "press r"),
        lambda problem: wording.through_proxy(problem, "HTTP", "proxy:3128", "HTTPS_PROXY"),
    )
    for variant in variants:
        yield from ((problem.id, variant(problem).remedy) for problem in catalog)


def readme() -> Iterator[tuple[str, str]]:
    """Yield the sentences of the whole README, without its code."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for line in re.sub(r"(?s)```.*?```", "", text).split("\n\n"):
        yield from (("README.md", words) for words in sentences(line.replace("\n", " ")))


@cache
def shown() -> tuple[tuple[str, str], ...]:
    """Return the sentences that users see, and where each stands."""
    return tuple((text.where, text.words) for text in census())


def broken(rule: Rule, texts: Iterable[tuple[str, str]]) -> list[str]:
    """Return the texts that break a rule."""
    return [f"{where}: {text}  ({why})" for where, text in texts if (why := rule(text))]


# -- the texts ---------------------------------------------------------------------------------


def test_users_see_no_banned_wording() -> None:
    assert not broken(SHOWN_RULE, shown())


def test_docstrings_comments_and_the_readme_have_no_banned_wording() -> None:
    assert not broken(PROSE_RULE, (*prose(), *readme()))


def test_quotes_are_straight() -> None:
    curly = replaced({"[\u2018\u2019\u201c\u201d]": "a straight quote"})
    assert not broken(curly, (*shown(), *prose(), *readme()))


def test_sentences_are_short() -> None:
    is_readme = [text for text in shown() if text[0] == "README.md"]
    others = [text for text in shown() if text[0] != "README.md"]
    assert not broken(longer_than(WORDS), others)
    assert not broken(longer_than(WORDS_TO_READ), (*is_readme, *prose()))


def test_remedies_begin_with_what_to_do() -> None:
    assert not broken(not_a_step, remedies())


def test_only_names_are_capitalized() -> None:
    assert not broken(title_case, shown())


# -- the rules ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (SHOWN_RULE, "Create a fresh link and approve it, then mend what is said below."),
        (SHOWN_RULE, "Waiting for the link …"),
        (SHOWN_RULE, "The web address can not be opened."),
        (PROSE_RULE, "Return the code if it is not used up."),
        (longer_than(5), "This sentence has one word too many."),
        (not_a_step, "The app's page never shows it again."),
        (not_a_step, "If it never works, the app is gone."),
        (title_case, "Open the Access Token page."),
    ],
)
def test_rule_finds_what_it_is_against(rule: Rule, sentence: str) -> None:
    assert rule(sentence)
