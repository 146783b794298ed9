"""The output of plain mode: text from other parts is written unchanged."""

from __future__ import annotations

import io

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
