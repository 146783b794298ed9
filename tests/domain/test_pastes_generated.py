"""Generated pastes: what is pasted × how it arrives, each kind read as what it is."""

from __future__ import annotations

import random
import string
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import pytest

from tests.domain.test_callback import ATTEMPT, EXPIRED, NOW, OLDER, SAFE_WRAPPERS
from wizard.domain.authorize import authorize_url
from wizard.domain.book import paste as book
from wizard.domain.callback import BareCode, Reading, Received, Refused, read
from wizard.domain.models import AuthorizationAttempt
from wizard.domain.secret import Secret

ROUNDS: Final = 500
"""How often each kind is pasted, at least."""

_LETTERS: Final = string.ascii_letters + string.digits

# What leaves the host, the path and the end of an address as they were; the other wrappers
# (a query by itself, words that run into a cut end) make another kind of it.
KEEPING: Final = (
    "as it is",
    "blanks around",
    "double quotes",
    "single quotes",
    "typographic quotes",
    "backticks",
    "angle brackets",
    "square brackets",
    "parentheses",
    "markdown",
    "bold",
    "bracketed paste",
    "colors",
    "link in a terminal",
    "HTML",
    "HTML, twice",
    "JSON",
    "shell",
    "encoded",
)


@dataclass(frozen=True)
class Drawn:
    """One generated link with what its answer carries."""

    current: AuthorizationAttempt
    older: AuthorizationAttempt
    expired: AuthorizationAttempt
    code: str
    foreign: str

    @property
    def attempts(self) -> list[AuthorizationAttempt]:
        """All links, the newest last."""
        return [self.expired, self.older, self.current]

    @property
    def secrets(self) -> list[str]:
        """What no message and no repr may hold."""
        states = [attempt.state.reveal() for attempt in self.attempts]
        verifiers = [a.verifier.reveal() for a in self.attempts if a.verifier]
        return [self.code, self.foreign, *states, *verifiers]

    def url(self, attempt: AuthorizationAttempt | None = None, **fields: str) -> str:
        """Return the redirect as Twilio makes it, with the attempt's state."""
        pairs = [f"{name}={value}" for name, value in fields.items()]
        pairs += [f"state={attempt.state.reveal()}"] if attempt else []
        return f"{self.current.redirect_url}?{'&'.join(pairs)}"


def _draw(chance: random.Random) -> Drawn:
    def word(length: int) -> str:
        return "".join(chance.choices(_LETTERS, k=length))

    def fresh(attempt: AuthorizationAttempt) -> AuthorizationAttempt:
        return replace(attempt, state=Secret(word(43)), verifier=Secret(word(43)))

    code = ".".join(word(chance.randint(16, 80)) for _ in range(3))
    return Drawn(fresh(ATTEMPT), fresh(OLDER), fresh(EXPIRED), code, word(43))


def _erring(error: str) -> Callable[[Drawn], str]:
    return lambda drawn: drawn.url(drawn.current, error=error)


PASTES: Final[dict[str, Callable[[Drawn], str]]] = {
    "received": lambda d: d.url(d.current, code=d.code),
    "received, older link": lambda d: d.url(d.older, code=d.code),
    "bare code": lambda d: d.code,
    "paste-foreign-state": lambda d: d.url(code=d.code, state=d.foreign),
    "paste-no-state": lambda d: d.url(code=d.code),
    "paste-link-expired": lambda d: d.url(d.expired, code=d.code),
    "paste-doubled": lambda d: d.url(d.current, code=d.code) + f"&code={d.code}",
    "paste-cut-off": lambda d: d.url(d.current, code=d.code)[:-5],
    "paste-other-address": lambda d: d.url(d.current, code=d.code).replace("/token", "/tokens"),
    "paste-twilio-page": lambda d: f"https://login.twilio.com/u/login?state={d.foreign}",
    "paste-authorize-url": lambda d: authorize_url(d.current),
    **{problem.id: _erring(error) for error, problem in book.ERRORS.items()},
    book.OTHER_ERROR.id: _erring("interaction_required"),
}


def _kind(reading: Reading, drawn: Drawn) -> str:
    if isinstance(reading, Refused):
        return reading.problem.id
    assert reading.code == Secret(drawn.code)
    if isinstance(reading, BareCode):
        return "bare code"
    return "received" if reading.attempt == drawn.current else "received, older link"


def _assert_silent(reading: Reading, drawn: Drawn) -> None:
    told = [repr(reading), repr(drawn.attempts)]
    if isinstance(reading, Refused):
        problem = reading.problem
        told += [problem.title, problem.cause, problem.remedy, *problem.detail]
    assert not any(secret in text for text in told for secret in drawn.secrets)


@pytest.mark.parametrize("kind", PASTES)
def test_each_kind_is_read_as_what_it_is_however_it_arrives(kind: str) -> None:
    chance = random.Random(kind)
    # Markdown's and JSON's words beside a code leave no telling which of them is the code.
    names = [n for n in KEEPING if kind != "bare code" or n not in ("markdown", "JSON")]
    seen: Counter[str] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for round_ in range(ROUNDS):
        drawn, name = _draw(chance), names[round_ % len(names)]
        reading = read(SAFE_WRAPPERS[name](PASTES[kind](drawn)), drawn.attempts, NOW)
        _assert_silent(reading, drawn)
        seen[found := _kind(reading, drawn)] += 1
        if found != kind:
            wrong[name, found] += 1
    assert not wrong
    assert seen[kind] >= ROUNDS


@pytest.mark.parametrize("name", SAFE_WRAPPERS)
def test_a_foreign_state_is_refused_in_every_wrapper(name: str) -> None:
    chance = random.Random(name)
    for _ in range(20):
        drawn = _draw(chance)
        pasted = SAFE_WRAPPERS[name](PASTES["paste-foreign-state"](drawn))
        reading = read(pasted, drawn.attempts, NOW)
        _assert_silent(reading, drawn)
        assert _kind(reading, drawn) == "paste-foreign-state"


@pytest.mark.parametrize("name", SAFE_WRAPPERS)
def test_a_good_answer_is_received_in_every_wrapper(name: str) -> None:
    chance = random.Random(name)
    for _ in range(20):
        drawn = _draw(chance)
        reading = read(SAFE_WRAPPERS[name](PASTES["received"](drawn)), drawn.attempts, NOW)
        assert reading == Received(Secret(drawn.code), drawn.current)
