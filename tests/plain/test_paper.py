"""The output of plain mode: text from other parts is written unchanged."""

from __future__ import annotations

import io

import pytest

from wizard.domain.errors.consent import INVALID_SCOPE
from wizard.domain.errors.paste import OTHER_ADDRESS
from wizard.domain.oauth.redirect_uri import Comparison
from wizard.domain.problems import Problem
from wizard.plain.paper import Paper

FOREIGN = "503: press release 42, ^t or ⏎: press i"


def test_words_of_a_server_are_never_changed() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    problem = Problem("made-up", "Made up", "A test.", "Nothing.").with_detail(FOREIGN)
    paper = Paper(stream)
    paper.problem(problem)
    paper.notice(problem)
    stream.seek(0)
    assert stream.read().count(FOREIGN) == 2


@pytest.mark.parametrize(
    ("pasted", "differs_at", "words"),
    [
        ("https://a.edu/callbck", 19, 'after "callb": you pasted "ck", and you set "ack".'),
        ("https://a.edu/call", 18, 'after "call": you pasted nothing more, and you set "back".'),
        (
            "https://a.edu/callback/",
            22,
            'after "callback": you pasted "/", and you set nothing more.',
        ),
        (
            "https://b.edu/",
            8,
            'after "https://": you pasted "b.edu/", and you set "a.edu/callback".',
        ),
        ("a.edu", 0, 'They differ: you pasted "a.edu", and you set "https://a.edu/callback".'),
    ],
)
def test_difference_of_two_urls_is_said_with_its_ends(
    pasted: str, differs_at: int, words: str
) -> None:
    expected = "https://a.edu/callback"
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    Paper(stream).problem(OTHER_ADDRESS, Comparison(pasted, expected, differs_at))
    stream.seek(0)
    said = " ".join(stream.read().split())
    assert f"You pasted {pasted} In Credentials, you set {expected}" in said
    assert words in said


def test_way_to_the_advanced_settings_is_said_where_a_remedy_names_them() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    paper = Paper(stream)
    for problem in (INVALID_SCOPE, OTHER_ADDRESS):
        paper.problem(problem)
        paper.recall(problem)
        paper.notice(problem)
    stream.seek(0)
    said = " ".join(stream.read().split())
    way = 'under Credentials > Advanced. To open the advanced settings, type "advanced" in'
    assert said.count(way) == said.count("advanced settings") == 3
