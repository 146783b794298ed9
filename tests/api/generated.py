"""Generate thousands of malformed responses from a seed; each of them repeats secrets."""

from __future__ import annotations

import base64
import html
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus

from wizard.api.users import LIST_RESPONSE

Headers = list[tuple[bytes, bytes]]

CLIENT_SECRET: Final = "FK0s3cret" + "s" * 40 + "+of/=the&app?"
CODE: Final = "eyJjb2Rl.c0de-" + "k" * 700
VERIFIER: Final = "v3rifier~" + "f" * 40
REFRESH_TOKEN: Final = "r3fresh.old-" + "t" * 80
ACCESS_TOKEN: Final = "eyJhY2Nl.acc3ss-" + "a" * 600
NEW_ACCESS_TOKEN: Final = "eyJuZXc.n3w-access-" + "n" * 500
NEW_REFRESH_TOKEN: Final = "r3fresh.n3w-" + "w" * 80
SENT: Final = {
    "exchange": (CLIENT_SECRET, CODE, VERIFIER),
    "refresh": (CLIENT_SECRET, REFRESH_TOKEN),
    "users": (ACCESS_TOKEN,),
    "metadata": ("nothing secret",),
    "reach": ("nothing secret",),
}
"""What each service sends, so that a server may repeat it."""

SPELLINGS: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: text,
    quote_plus,
    lambda text: quote(text, safe=""),
    lambda text: quote_plus(text).replace("%2B", "%2b").replace("%2F", "%2f"),
    html.escape,
    lambda text: text.replace("/", r"\/"),
)
_STATUSES: Final = (
    *(200, 201, 202, 203, 204, 206, 299, 300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403),
    *(404, 405, 408, 409, 410, 413, 418, 422, 429, 431, 451, 499, 500, 501, 502, 503, 504, 511),
    *(520, 599, 600, 999),
)
_ODD: Final[tuple[object, ...]] = (
    *(None, True, False, 0, -1, 1, 2**53, 2**63, 10**30, 10**400, 0.5, 1e308),
    *(float("nan"), float("inf"), "", " ", "3600", "null", [], {}, [[]], {"a": {"b": []}}),
    *("\ud800", "\x00\x1b[31m\x07", "\u202e", "é" * 300, "x" * 5000, [None] * 40),
)
_KEYS: Final = (
    *("error", "error_description", "error_uri", "code", "message", "detail", "scimType"),
    *("schemas", "status", "access_token", "token_type", "expires_in", "refresh_token"),
    *("totalResults", "Resources", "Errors", "more_info", "\x00", ""),
)
_HEADERS: Final = (
    *("Content-Type", "Location", "Retry-After", "Date", "Twilio-Request-Id", "X-Request-Id"),
    *(
        "WWW-Authenticate",
        "Set-Cookie",
        "Content-Encoding",
        "Transfer-Encoding",
        "Server",
        "X-Echo",
        "Link",
        "Content-Language",
    ),
)
_TYPES: Final = (
    *("application/json", "application/scim+json", "text/html", "text/html; charset=x", "", ";"),
    *("application/json; charset=utf-16", "TEXT/HTML", "image/png", "text/plain"),
)
_CODINGS: Final = ("identity", "", "gzip", "deflate", "br", "gzip, gzip", "x", "\xe9")
_LOCATIONS: Final = (
    *(
        "http://[",
        "//b/c",
        "https://u:p@h:99999/",
        "mailto:a",
        "http://",
        "?",
        "https://xn--a/",
        "",
    ),
    *("http://" + "a" * 70_000, "http://a.b" * 2000, "//" + "%" * 300, "http://\xe9.example/"),
)
_DATES: Final = (
    *("Mon, 23 Nov 2026 14:00:07 GMT", "Mon, 23 Nov 0000 14:00:07 GMT", "1 Jan 1 0:0 +2359"),
    *("Mon, 31 Dec 9999 23:59:59 -2359", "Mon", ", ,", "-1", "1e9", "٣", "0", "7", "61"),
    *("9" * 400, "soon", "3.5", "Thu, 01 Jan 1970 00:00:00", "99 Foo 2026 99:99:99 +99999"),
)


@dataclass(frozen=True)
class Generated:
    """A response: status, headers, and body."""

    status: int
    headers: Headers
    body: bytes


class Generator:
    """Generates responses to one kind of request, always the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._sent: tuple[str, ...] = ()

    def answer(self, service: str) -> Generated:
        """Return a response to a service, anywhere between valid and nonsense."""
        rng, good = self._random, GOOD[service]
        self._sent = SENT[service]
        status = rng.choice(_STATUSES) if rng.random() < 0.7 else 200
        return Generated(status, self._headers(), self._body(good))

    def choice(self, *options: str) -> str:
        """Return one of the items."""
        return self._random.choice(options)

    def number(self, below: int) -> int:
        """Return a number from 0 up."""
        return self._random.randrange(below)

    def echo(self) -> str:
        """Return text that repeats what was sent, spelled in one of several ways."""
        rng = self._random
        said = rng.choice(SPELLINGS)(rng.choice(self._sent))
        if rng.random() < 0.3:
            # A part of it, cut anywhere.
            start = rng.randrange(max(1, len(said) - 12))
            said = said[start : start + rng.randrange(12, 40)]
        form = "&".join(f"field={quote_plus(text)}" for text in self._sent)
        wraps = (
            *("{}", "bad {}", "'{}' is wrong", "{} {}", "Bearer {}", "\x1b[31m{}\u202e", "({})\n"),
            *("x" * 180 + "{}", " " * 700 + "{}", "é{}é", f"{form} {{}}"),
        )
        return rng.choice(wraps).replace("{}", said)

    def _headers(self) -> Headers:
        rng = self._random
        made: Headers = []
        for name in rng.sample(_HEADERS, rng.randrange(5)):
            values = {
                "Content-Type": _TYPES,
                "Retry-After": _DATES,
                "Date": _DATES,
                "Content-Encoding": _CODINGS,
                "Location": _LOCATIONS,
            }
            value = rng.choice(values.get(name, ("a", "//b/c", "https://u:p@h:99999/", "http://[")))
            if rng.random() < 0.4:
                value = f"https://{self.echo()}/{value}" if name == "Location" else self.echo()
            # A raw socket sends what a header can't hold.
            clean = "".join(c for c in value if c >= " " and c != "\x7f").strip()
            made.append((name.encode(), clean.encode("utf-8")))
        return made

    def _body(self, good: dict[str, object]) -> bytes:
        rng = self._random
        kind = rng.randrange(11) if good else rng.randrange(9, 11)
        if kind < 3:
            return self._encoded(self._mutated(good))
        if kind < 6:
            return self._encoded(self._error())
        if kind == 6:
            return self._damaged(self._encoded(self._mutated(good | self._error())))
        if kind == 7:
            title = f"<html><title>{html.escape(self.echo())}</title>{self.echo()}"
            return title.encode("utf-8", "surrogatepass")
        if kind == 8:
            said = json.dumps(good) + " " + self.echo()
            return (said * rng.randrange(1, 40)).encode("utf-8", "surrogatepass")
        if kind == 10:
            return self._long()
        return rng.choice(
            (
                *(b"", b"null", b"[]", b"{", b"0", b'""', b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00"),
                *(b"[" * 70_000, b'{"error":' * 9000, b'{"a":' + b"[" * 60_000, b"9" * 20_000),
                *(b'{"error":"a","error":"b"}', b'{"totalResults":NaN}', b"\x00" * 4096, b"-"),
                self._sent[-1].encode() * 12,
                f"{self._sent[0]} ".encode() * 200,
                ("a" * 4000 + self._sent[-1]).encode(),
                ("  " * 1800 + f"{self._sent[0]} " * 9 + self._sent[-1]).encode(),
            )
        )

    def _long(self) -> bytes:
        """Return some 64 kB that take long to process: words of a pattern, entities, tags."""
        rng = self._random
        words = (
            "was ",
            "code grant ",
            "organization ",
            "header too ",
            "app ",
            "&#9",
            "&amp",
            "<a ",
        )
        more = (
            "<!--",
            "<title>",
            "access_token ",
            "\\ud800",
            '\\"',
            "[{",
            "&#x0",
            "%25",
            "Bearer ",
        )
        text = rng.choice(words + more) * rng.randrange(1, 9000)
        number = rng.choice(("&#" + "9" * 5000 + ";", "&#x" + "F" * 4400, "&#1114112;", ""))
        wraps = (
            '{{"message":"{}"}}',
            '{{"error":"invalid_grant","error_description":"{}"}}',
            '{{"detail":"{}","status":"403","schemas":[]}}',
            "<html><title>{}",
            "<p>{}",
            "{}",
        )
        return rng.choice(wraps).format(f"{number}{text}"[:65_000]).encode()

    def _encoded(self, value: dict[str, object]) -> bytes:
        is_ascii = self._random.random() < 0.7
        return json.dumps(value, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")

    def _error(self) -> dict[str, object]:
        rng = self._random
        said = {key: self._value() for key in rng.sample(_KEYS, rng.randrange(1, 6))}
        codes = ("invalid_grant", "invalid_client", "invalid_request", 20003, 70051, "70051", 20429)
        if rng.random() < 0.5:
            said[rng.choice(("error", "code"))] = rng.choice(codes)
        return said

    def _mutated(self, good: dict[str, object]) -> dict[str, object]:
        rng = self._random
        changed = dict(good)
        for key in rng.sample(list(good), rng.randrange(min(3, len(good)) + 1)):
            if rng.random() < 0.3:
                del changed[key]
            else:
                changed[key] = self._value()
        return changed

    def _value(self) -> object:
        rng = self._random
        return self.echo() if rng.random() < 0.5 else rng.choice(_ODD)

    def _damaged(self, body: bytes) -> bytes:
        rng = self._random
        cut = rng.randrange(len(body) + 1)
        ways = (
            body[:cut],
            body[:cut] + bytes([rng.randrange(256)]) + body[cut + 1 :],
            body + body,
            b"\xef\xbb\xbf" + body,
            body.decode("utf-8", "replace").encode("utf-16"),
            base64.b64encode(body[:30]) + body,
        )
        return rng.choice(ways)


TOKENS: Final[dict[str, object]] = {
    "access_token": NEW_ACCESS_TOKEN,
    "token_type": "Bearer",
    "expires_in": 3600,
    "refresh_token": NEW_REFRESH_TOKEN,
    "id_token": None,
}
LIST: Final[dict[str, object]] = {
    "schemas": [LIST_RESPONSE],
    "totalResults": 2,
    "itemsPerPage": 2,
    "Resources": [{"id": "US1", "userName": "ann@example.com"}, {"id": "US2"}],
}
METADATA: Final[dict[str, object]] = {
    "issuer": "https://t.test",
    "code_challenge_methods_supported": ["S256"],
    "authorization_response_iss_parameter_supported": True,
}
GOOD: Final[dict[str, dict[str, object]]] = {
    "exchange": TOKENS,
    "refresh": TOKENS,
    "users": LIST,
    "metadata": METADATA,
    "reach": {},
}
"""What each service takes."""
