"""Generated pastes: every kind of text × every way it arrives is read as what it is."""

from __future__ import annotations

import random
import re
import string
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

import pytest

from tests.domain.test_authorization_response import (
    AT_JWT,
    ATTEMPT,
    EXPIRED,
    ISSUER,
    NOW,
    OLDER,
    SAFE_WRAPPERS,
)
from wizard.domain.errors import consent
from wizard.domain.errors import paste as book
from wizard.domain.models import AuthorizationAttempt
from wizard.domain.oauth.authorization_request import authorize_url
from wizard.domain.oauth.authorization_response import BareCode, Reading, Received, Refused
from wizard.domain.oauth.pasted_response import PASTE_LIMIT, read
from wizard.domain.problems import entries
from wizard.domain.secret import Secret
from wizard.domain.value import replace

EACH: Final = 10
"""How often each kind is pasted in each wrapper."""

_LETTERS: Final = string.ascii_letters + string.digits

# These wrappers keep the host, the path, and the end of a URL unchanged. The others, such as a
# query by itself or words that run into a cut end, turn it into another kind.
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
    """A generated link and the values of its response."""

    current: AuthorizationAttempt
    older: AuthorizationAttempt
    expired: AuthorizationAttempt
    used: AuthorizationAttempt
    code: str
    foreign: str
    client_secret: str
    word: str
    """A few lowercase letters."""

    @property
    def attempts(self) -> list[AuthorizationAttempt]:
        """All links, the newest last."""
        return [self.expired, self.used, self.older, self.current]

    @property
    def secrets(self) -> list[str]:
        """The values that no message and no repr may contain."""
        states = [attempt.state.reveal() for attempt in self.attempts]
        verifiers = [a.verifier.reveal() for a in self.attempts if a.verifier]
        return [self.code, self.foreign, self.client_secret, *states, *verifiers]

    def url(self, attempt: AuthorizationAttempt | None = None, **fields: str) -> str:
        """Return the redirect as Twilio creates it, with the attempt's state."""
        pairs = [f"{name}={value}" for name, value in fields.items()]
        pairs += [f"state={attempt.state.reveal()}"] if attempt else []
        return f"{self.current.redirect_url}?{'&'.join(pairs)}"


def _draw(chance: random.Random) -> Drawn:
    def word(length: int) -> str:
        return "".join(chance.choices(_LETTERS, k=length))

    def fresh(attempt: AuthorizationAttempt) -> AuthorizationAttempt:
        return replace(attempt, state=Secret(word(43)), verifier=Secret(word(43)))

    code = ".".join(word(chance.randint(16, 80)) for _ in range(3))
    small = "".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 9)))
    used = replace(fresh(OLDER), code_sent_at=NOW)
    links = (fresh(ATTEMPT), fresh(OLDER), fresh(EXPIRED), used)
    return Drawn(*links, code, word(43), word(chance.randint(40, 86)), small)


@dataclass(frozen=True)
class Kind:
    """A kind of pasted text, and the expected result."""

    paste: Callable[[Drawn], str]
    read_as: str = "received"
    current: Callable[[Drawn], AuthorizationAttempt | None] = lambda drawn: drawn.current
    """The newest link."""
    wrappers: tuple[str, ...] = field(default=KEEPING)


def _erring(error: str) -> Callable[[Drawn], str]:
    return lambda drawn: drawn.url(drawn.current, error=error)


def _good(drawn: Drawn) -> str:
    return drawn.url(drawn.current, code=drawn.code)


def _lines(drawn: Drawn) -> str:
    width = 20 + len(drawn.code) % 60
    return re.sub(f"(.{{{width}}})", "\\1\\r\\n  ", _good(drawn))


def _promised(drawn: Drawn) -> AuthorizationAttempt:
    return replace(drawn.current, issuer=ISSUER, iss_required=True)


def _tenant(drawn: Drawn) -> AuthorizationAttempt:
    return replace(drawn.current, redirect_url=f"{drawn.current.redirect_url}?tenant=7")


BLANK: Final = ("as it is", "blanks around", "bracketed paste", "colors")
"""Wrappers that add nothing visible."""
ONCE: Final = tuple(name for name in KEEPING if name != "encoded")

PASTES: Final[dict[str, Callable[[Drawn], str]]] = {
    "received": _good,
    "received, older link": lambda d: d.url(d.older, code=d.code),
    "bare code": lambda d: d.code,
    "paste-foreign-state": lambda d: d.url(code=d.code, state=d.foreign),
    "paste-no-state": lambda d: d.url(code=d.code),
    "paste-link-expired": lambda d: d.url(d.expired, code=d.code),
    "paste-link-used": lambda d: d.url(d.used, code=d.code),
    "paste-doubled": lambda d: d.url(d.current, code=d.code) + f"&code={d.code}",
    "paste-cut-off": lambda d: d.url(d.current, code=d.code)[:-5],
    "paste-code-unclear": lambda d: d.url(d.current, code=f"{d.code[:-5]}%20{d.code[-5:]}"),
    "paste-other-address": lambda d: d.url(d.current, code=d.code).replace("example", d.word),
    "paste-twilio-page": lambda d: f"https://login.twilio.com/u/login?state={d.foreign}",
    "paste-authorize-url": lambda d: authorize_url(d.current),
    "paste-no-code": lambda d: d.current.redirect_url,
    "paste-forwarded": lambda d: f"https://example.com/{d.word}/{d.foreign}",
    "paste-token": lambda d: f"{AT_JWT.partition('.')[0]}.{d.code}",
    "paste-secret": lambda d: d.client_secret,
    "paste-nothing-usable": lambda d: f"I pressed {d.word}, and now",
    "paste-unproven-error": lambda d: d.url(error=d.word),
    **{problem.id: _erring(error) for error, problem in consent.ERRORS.items()},
    consent.REDIRECT_REFUSED.id: lambda d: d.url(
        d.current, error="invalid_request", error_description="redirect_uri+is+unknown"
    ),
    consent.SIGN_IN_FIRST.id: _erring("interaction_required"),
    consent.OTHER_ERROR.id: _erring("full_moon"),
}

KINDS: Final[dict[str, Kind]] = {
    **{name: Kind(paste, name) for name, paste in PASTES.items()},
    "in the fragment": Kind(lambda d: _good(d).replace("?", "#")),
    "query only": Kind(lambda d: _good(d).partition("?")[2]),
    "HTML-escaped": Kind(lambda d: _good(d).replace("&", "&amp;")),
    "doubly encoded": Kind(lambda d: quote(_good(d), safe=""), wrappers=ONCE),
    "wrapped over lines": Kind(_lines, wrappers=ONCE),
    "no code, but the state": Kind(lambda d: d.url(d.current), "paste-no-code"),
    "token in the fragment": Kind(
        lambda d: f"{d.current.redirect_url}#access_token={d.code}&token_type=bearer", "paste-token"
    ),
    "secret for a code": Kind(lambda d: d.url(d.current, code=d.client_secret), "paste-secret"),
    "two states": Kind(
        lambda d: f"{_good(d)} {d.url(code=d.code, state=d.foreign)}", "paste-doubled"
    ),
    "port": Kind(lambda d: _good(d).replace(".com/", ".com:8443/"), "paste-other-address"),
    "cut to dots": Kind(lambda d: f"{d.url(code=d.code[:9])}…", "paste-cut-off"),
    "dots inside": Kind(
        lambda d: _good(d).replace(d.code[4 : 4 + len(d.word)], "…"), "paste-cut-off"
    ),
    "cut in the name": Kind(lambda d: f"{d.url(code=d.code)}&stat", "paste-cut-off"),
    "paste-other-query": Kind(_good, "paste-other-query", _tenant),
    "paste-issuer-missing": Kind(_good, "paste-issuer-missing", _promised),
    "paste-issuer-differs": Kind(
        lambda d: f"{_good(d)}&iss=https://{d.word}.test", "paste-issuer-differs", _promised
    ),
    "paste-no-link": Kind(_good, "paste-no-link", lambda _: None),
    "paste-empty": Kind(lambda d: "\u200b \n" * len(d.word), "paste-empty", wrappers=BLANK),
    "paste-too-long": Kind(lambda d: d.word * PASTE_LIMIT, "paste-too-long"),
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


def _read(pasted: str, drawn: Drawn, current: AuthorizationAttempt | None) -> Reading:
    attempts = [*drawn.attempts[:-1], current] if current else []
    return read(pasted, attempts, NOW, [Secret(drawn.client_secret)])


def test_every_entry_of_the_book_is_generated() -> None:
    ids = {entry.id for entry in (*entries(book), *entries(consent))}
    assert ids <= {kind.read_as for kind in KINDS.values()}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_read_as_what_it_is_however_it_arrives(name: str) -> None:
    chance, kind = random.Random(name), KINDS[name]
    seen: Counter[str] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for wrapper in kind.wrappers * EACH:
        drawn = _draw(chance)
        pasted = SAFE_WRAPPERS[wrapper](kind.paste(drawn))
        reading = _read(pasted, drawn, kind.current(drawn))
        _assert_silent(reading, drawn)
        seen[found := _kind(reading, drawn)] += 1
        if found != kind.read_as:
            wrong[wrapper, found] += 1
    assert not wrong
    assert seen[kind.read_as] == EACH * len(kind.wrappers)


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
