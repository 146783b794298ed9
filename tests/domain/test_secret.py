"""A Secret shows its value only when code asks for it explicitly."""

from __future__ import annotations

import copy
import pickle
import traceback
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.domain.secret import MASK, Secret

TEXT = "the-client-secret"


@dataclass(frozen=True)
class _Holder:
    secret: Secret


@pytest.mark.parametrize(
    "shown",
    [
        str(Secret(TEXT)),
        repr(Secret(TEXT)),
        f"{Secret(TEXT)}",
        f"{Secret(TEXT)!r:>40}",
        f"{Secret(TEXT):>40}",
        format(Secret(TEXT), "s"),
        "%s" % Secret(TEXT),  # noqa: UP031  every way to format is tried
        "%r" % Secret(TEXT),  # noqa: UP031
        "{}".format(Secret(TEXT)),  # noqa: UP032
        repr(_Holder(Secret(TEXT))),
        repr([Secret(TEXT)]),
        str({"secret": Secret(TEXT)}),
    ],
)
def test_secret_is_masked_however_it_is_shown(shown: str) -> None:
    assert MASK in shown
    assert TEXT not in shown


def test_mask_does_not_tell_the_length() -> None:
    assert str(Secret("a")) == str(Secret("a" * 100))
    assert repr(Secret("a")) == repr(Secret("a" * 100))


def test_reveal_returns_the_text() -> None:
    assert Secret(TEXT).reveal() == TEXT


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_is_refused(protocol: int) -> None:
    with pytest.raises(TypeError) as caught:
        pickle.dumps(Secret(TEXT), protocol)
    assert TEXT not in "".join(traceback.format_exception(caught.value))


def test_copying_is_refused_too() -> None:
    with pytest.raises(TypeError):
        copy.copy(Secret(TEXT))


def test_there_is_no_dictionary_of_attributes() -> None:
    assert not hasattr(Secret(TEXT), "__dict__")
    with pytest.raises(TypeError):
        vars(Secret(TEXT))


@pytest.mark.parametrize("text", ["a", "é", "\ud800", "\U0001f511", "\ud83d\udd11", "", "a\x00"])
def test_secrets_compare_by_text(text: str) -> None:
    assert Secret(text) == Secret(text)
    assert hash(Secret(text)) == hash(Secret(text))
    assert Secret(text) != Secret(text + "x")
    assert bool(Secret(text)) is bool(text)


def test_secret_is_not_equal_to_its_bare_text() -> None:
    assert Secret(TEXT) != TEXT
    assert TEXT not in {Secret(TEXT)}


@given(st.text(st.characters(), max_size=20), st.text(st.characters(), max_size=20))
def test_comparison_agrees_with_that_of_the_texts(first: str, second: str) -> None:
    assert (Secret(first) == Secret(second)) is (first == second)
