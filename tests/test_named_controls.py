"""Every text names only keys, words, buttons, and options that exist where it is shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

import pytest
from textual.binding import Binding

from tests.census import ROOT, Text, census
from tests.test_plain_english import remedies
from wizard.cli import cli
from wizard.domain.errors.catalog import PARTS
from wizard.domain.errors.exchange import REFRESH_REFUSED_AT_ONCE
from wizard.domain.models import Pkce
from wizard.domain.problems import Problem
from wizard.domain.steps import Step
from wizard.domain.texts import overview
from wizard.domain.texts.guide import GUIDE, ON_SCREEN, TYPED, Page
from wizard.domain.texts.prerequisites import AUDIENCES
from wizard.flow.check.report import Action, Report, Verdict, after_check
from wizard.plain.dialogue import NOT_HERE
from wizard.ui.app import WizardApp
from wizard.ui.dialog import Dialog
from wizard.ui.screens import overview_dialogs, setup_dialogs
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.redirect import RedirectScreen
from wizard.ui.step_screen import StepScreen
from wizard.ui.widgets import links

SCREENS: Final[dict[Step, type[StepScreen]]] = {
    screen.STEP: screen
    for screen in (
        OverviewScreen,
        PrerequisitesScreen,
        CredentialsScreen,
        AuthorizeScreen,
        RedirectScreen,
        CheckScreen,
        DoneScreen,
    )
}
PLAIN: Final = {Step.AUTHORIZE: "link", Step.REDIRECT: "link", Step.DONE: "app"}
"""The module of a step in plain mode, where it isn't named after the step."""
ELSEWHERE: Final = {"p", "space", "ctrl+d"}
"""Keys that are no bindings of a screen: in a small window, in a list, and in plain mode."""

KEY: Final = re.compile(
    r"[Pp]ress `?(Enter|Esc|Space|[a-z])\b|(?<![\w+])(Ctrl\+[A-Z]|F\d+)\b|(?<!\w)\^([a-z])\b"
)
WORD: Final = re.compile(r"[Tt]ype (?!a |the |or |another)\"?([a-z?]+(?: link)?)\b|^\"([a-z ]+)\" ")


def keys_in(text: str) -> set[str]:
    """Return the keys that a text names, as Textual names them."""
    found = [pressed or alone or f"ctrl+{caret}" for pressed, alone, caret in KEY.findall(text)]
    return {"escape" if key == "Esc" else key.lower() for key in found}


def keys_of(*owners: type) -> set[str]:
    """Return the keys that classes and their bases bind."""
    found: set[str] = set(ELSEWHERE)
    for base in (base for owner in owners for base in owner.__mro__):
        for binding in vars(base).get("BINDINGS", ()):
            assert isinstance(binding, Binding)
            found |= set(binding.key.split(","))
    return found


def words_of(step: Step) -> set[str]:
    """Return the words that a step takes in plain mode: the keys of its dicts, and the common."""
    module = PLAIN.get(step, step.value)
    found = {"?", "quit", *NOT_HERE, *(action.value for action in Action)}
    found |= {audience.id for audience in AUDIENCES} | {pkce.value for pkce in Pkce}
    for name in (module, "dialogue"):
        tree = ast.parse((ROOT / f"wizard/plain/{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            keys = node.keys if isinstance(node, ast.Dict) else []
            keys += [node.slice] if isinstance(node, ast.Subscript) else []
            keys += node.elts if isinstance(node, ast.Tuple) else []
            found |= {str(k.value) for k in keys if isinstance(k, ast.Constant)}
    return found


def paragraphs(page: Page) -> tuple[str, ...]:
    """Return what a step shows of its page, and its help."""
    return (page.intro, *page.help)


def shown_at(problem: Problem) -> tuple[Step, ...]:
    """Return the steps at which a problem can appear: what a new link fixes, at three."""
    if problem.step in (Step.AUTHORIZE, Step.REDIRECT):
        return (Step.AUTHORIZE, Step.REDIRECT, Step.CHECK)
    return tuple(SCREENS) if problem.step is None else (problem.step,)


def catalog() -> Iterator[Problem]:
    """Yield every entry of the catalog, and its variants."""
    for part in PARTS:
        yield from (problem for problem in vars(part).values() if isinstance(problem, Problem))


def texts_of(*places: str) -> list[Text]:
    """Return what the census has of some files."""
    return [text for text in census() if text.where.startswith(places)]


# -- the screens -------------------------------------------------------------------------------


@pytest.mark.parametrize("step", GUIDE)
def test_help_page_names_keys_of_its_screen(step: Step) -> None:
    named = set().union(*map(keys_in, paragraphs(GUIDE[step].naming(ON_SCREEN))))
    assert named <= keys_of(SCREENS[step], WizardApp)


@pytest.mark.parametrize("step", SCREENS)
def test_screen_names_its_own_keys(step: Step) -> None:
    texts = texts_of(f"wizard/ui/screens/{step.value}.py", "wizard/ui/step_")
    named = set().union(*(keys_in(text.words) for text in texts))
    others = keys_of(SCREENS[Step.REDIRECT])  # step_bases.py has the keys of the link
    assert named <= keys_of(SCREENS[step], WizardApp) | others


def test_dialogs_and_the_app_name_their_own_keys() -> None:
    dialogs = [
        each
        for module in (overview_dialogs, setup_dialogs)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Dialog)
    ]
    texts = texts_of("wizard/ui/screens/overview_d", "wizard/ui/screens/setup", "wizard/ui/app")
    named = set().union(*(keys_in(text.words) for text in texts))
    assert named <= keys_of(
        *dialogs, WizardApp, *(each for each in vars(links).values() if isinstance(each, type))
    )


def test_remedies_name_keys_that_every_step_has_or_its_own() -> None:
    everywhere = set.intersection(*(keys_of(each, WizardApp) for each in SCREENS.values()))
    for problem in catalog():
        own = [keys_of(SCREENS[step]) for step in shown_at(problem)]
        assert keys_in(problem.remedy) <= everywhere.union(set.intersection(*own)), problem.id


def test_check_names_the_way_to_a_new_link_as_the_remedy_does() -> None:
    names = ("create a new link", "authorize again")
    for problem in catalog():
        named = [name for name in names if name in problem.remedy.lower()]
        is_renewable = problem.id != REFRESH_REFUSED_AT_ONCE.id
        if (problem.step is None and is_renewable) or Step.CHECK not in shown_at(problem):
            continue
        verdict = Verdict.FAILED if is_renewable else Verdict.UNRENEWABLE
        after = after_check(Report(verdict, problem, can_retry=True))
        labels = [each.label.lower() for each in (after.primary, *after.others)]
        assert not named or [label for label in labels if label in names] == named, problem.id


@pytest.mark.parametrize("screen", [CredentialsScreen, CheckScreen])
def test_key_for_files_is_a_key_of_the_screen(
    screen: type[CredentialsScreen | CheckScreen],
) -> None:
    assert screen.FILES_KEY.lower() in keys_of(screen)


# -- plain mode --------------------------------------------------------------------------------


def words_in(text: str) -> set[str]:
    """Return the words that a text tells to type."""
    return {next(filter(None, match)) for match in WORD.findall(text)}


@pytest.mark.parametrize("step", GUIDE)
def test_help_page_names_words_that_its_prompt_takes(step: Step) -> None:
    named = set().union(*map(words_in, paragraphs(GUIDE[step].naming(TYPED))))
    assert named <= words_of(step)
    assert not set().union(*map(keys_in, paragraphs(GUIDE[step].naming(TYPED)))) - {"enter"}


@pytest.mark.parametrize("step", GUIDE)
def test_prompt_names_words_that_it_takes(step: Step) -> None:
    texts = texts_of(f"wizard/plain/{PLAIN.get(step, step.value)}.py", "wizard/plain/dialogue.py")
    for text in texts:
        assert words_in(text.words) <= words_of(step) | {"offline"}, text
        assert keys_in(text.words) <= {"enter"}, text


# -- labels, steps, and options ----------------------------------------------------------------


def test_advanced_is_named_only_where_the_way_leads_to_credentials() -> None:
    for problem in catalog():
        if "Credentials > Advanced" in problem.remedy:
            assert Step.CREDENTIALS in (problem.step, problem.other_step), problem.id
    buttons = texts_of("wizard/ui/screens/credentials.py")
    assert "Advanced…" in [text.words for text in buttons if text.kind == "button"]
    assert "advanced" in words_of(Step.CREDENTIALS)


def test_remedies_begin_with_what_their_step_is_for() -> None:
    for problem in catalog():
        if problem.remedy.startswith(("Authorize again", "Create a new link")):
            assert problem.step in (Step.AUTHORIZE, Step.REDIRECT), problem.id


def test_actions_that_are_to_be_chosen_are_on_overview() -> None:
    titles = {each.title for each in vars(overview).values() if isinstance(each, overview.Item)}
    titles |= {item.title for item in (*overview.ACTIVE, *overview.MORE, *overview.DRAFT)}
    for id_, remedy in remedies():
        assert set(re.findall(r'choose "(.+?)"', remedy)) <= titles, id_
    page = GUIDE[Step.OVERVIEW]
    assert all(text.startswith(tuple(titles)) for text in page.steps)


def test_options_that_are_named_exist() -> None:
    known = {"--help", "--reinstall", "--force"}
    for command in (cli, *cli.commands.values()):
        known |= {name for option in command.params for name in option.opts}
    for text in census():
        named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text.words))
        assert named <= known | {"--data-urlencode", "--config"}, text


def test_keys_in_the_readme_exist() -> None:
    known = keys_of(*SCREENS.values(), WizardApp)
    named = set().union(*(keys_in(text.words) for text in texts_of("README.md")))
    assert named <= known
    assert {"ctrl+t", "f9", "f8", "r", "ctrl+g", "ctrl+p", "ctrl+q"} <= named
