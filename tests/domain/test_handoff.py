"""The handoff sheet, and that no value breaks out of the text that contains it."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.samples import credentials
from wizard.domain.models import CredentialSet, Endpoints, Profile
from wizard.domain.secret import Secret
from wizard.domain.text import one_line
from wizard.domain.texts.handoff import Sheet, sheet
from wizard.domain.texts.handoff_formats import (
    FORMATS,
    as_json,
    curl,
    env,
    markdown,
    paragraphs,
)
from wizard.domain.texts.prerequisites import AUDIENCES
from wizard.domain.value import replace

SET = credentials()
PROFILE = Profile(client_id=SET.client_id, redirect_url=SET.redirect_url)
IDS = [audience.id for audience in AUDIENCES]
HUSH = "hush-"


def made(audience: str | None = None, kept: CredentialSet | None = None) -> Sheet:
    return sheet(PROFILE, "default", kept, audience)


@pytest.mark.parametrize("audience", IDS)
def test_every_audience_has_a_sheet_of_its_own(audience: str) -> None:
    assert made(audience).audience == audience
    assert len({made(id_).title for id_ in IDS}) == len(IDS)


@pytest.mark.parametrize("audience", [None, "of-a-newer-version"])
def test_script_stands_for_an_audience_that_is_not_known(audience: str | None) -> None:
    assert made(audience) == made("script")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("audience", IDS)
@pytest.mark.parametrize("kept", [None, replace(SET, client_secret=None)], ids=["none", "masked"])
def test_without_the_secret_none_is_on_it(
    form: str, audience: str, kept: CredentialSet | None
) -> None:
    page = made(audience, kept)
    assert not page.has_secrets
    assert HUSH not in FORMATS[form](page)


@pytest.mark.parametrize("audience", IDS)
def test_sheet_with_the_secret_does_not_show_it_by_itself(audience: str) -> None:
    page = made(audience, SET)
    assert page.has_secrets is (audience != "entra")
    assert HUSH not in f"{page!r} {page} {page.rows} {dict(page.values)}"
    shown = re.findall(r"hush-\w+", "".join(form(page) for form in FORMATS.values()))
    assert set(shown) <= {"hush-secret"}


def test_names_for_programs_are_the_same_for_everybody() -> None:
    assert len({tuple(sorted(made(audience).values)) for audience in IDS}) == 1


@pytest.mark.parametrize("audience", IDS)
def test_sheet_to_be_read_says_the_same_without_markdown(audience: str) -> None:
    text = "\n\n".join(paragraphs(made(audience)))
    assert not re.search(r"[`*]|^#", text, re.MULTILINE)
    words = markdown(made(audience)).replace("```sh", "")
    assert text.split() == re.sub("[`*#]|^-", "", words, flags=re.MULTILINE).split()


@pytest.mark.parametrize(
    ("audience", "titles"),
    [
        ("script", ["Notes", "Commands"]),
        ("okta", ["Steps", "Notes"]),
        ("entra", ["Steps", "Notes"]),
        ("other", ["Notes"]),
    ],
)
def test_sheet_has_numbered_steps_then_notes_then_commands(
    audience: str, titles: list[str]
) -> None:
    page = made(audience)
    lines = markdown(page).splitlines()
    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == titles
    numbers = [line.partition(". ")[0] for line in lines if re.match(r"\d+\. ", line)]
    assert numbers == [str(number) for number in range(1, len(page.steps) + 1)]
    notes = lines[lines.index("## Notes") + 2 :][: len(page.notes)]
    assert notes == [f"- {note}" for note in page.notes]
    spoken = list(paragraphs(page))
    assert [part for part in spoken if part in titles] == titles


@pytest.mark.parametrize("audience", IDS)
def test_every_sheet_says_that_the_users_domain_must_be_verified(audience: str) -> None:
    assert "verify their email domain in Twilio" in markdown(made(audience))


def test_profile_that_is_not_the_default_is_named_in_the_commands() -> None:
    lines = curl(sheet(PROFILE, "acme", None, "script"))
    assert lines.count("$(scim-wizard --profile acme token --header) &&") == 2


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(TEXTS.filter(one_line))
def test_no_value_breaks_out_of_the_markdown(text: str) -> None:
    page = sheet(PROFILE, "default", replace(SET, client_secret=Secret(text)), "other")
    usual = sheet(PROFILE, "default", SET, "other")
    assert len(markdown(page).split("\n")) == len(markdown(usual).split("\n"))
    (line,) = (x for x in markdown(page).split("\n") if x.startswith("- **Client Secret:**"))
    span = line.removeprefix("- **Client Secret:** ")
    fence = re.match("`+", span)
    assert fence is not None
    inside = span.removeprefix(fence[0])
    assert inside.endswith(fence[0])
    # The first run of backticks of the same length as the opening one closes the block.
    runs = re.findall("`+", inside)
    assert [run for run in runs if len(run) == len(fence[0])] == [runs[-1]]


def test_no_value_breaks_out_of_the_block_of_commands() -> None:
    odd = replace(PROFILE, endpoints=Endpoints(scim_url="https://a.example/\n```\n# owned\n````"))
    block = markdown(sheet(odd, "default", None, "script")).partition("`````sh\n")[2]
    assert block.count("`````") == 1
    assert block.endswith("\n`````")


@given(TEXTS.filter(lambda text: "\0" not in text))
def test_env_and_json_keep_a_value_as_it_is(text: str) -> None:
    page = sheet(PROFILE, "default", replace(SET, client_secret=Secret(text)), "script")
    words = shlex.split(env(page), comments=True)
    assert f"TWILIO_CLIENT_SECRET={text}" in words
    assert json.loads(as_json(page))["client_secret"] == text
