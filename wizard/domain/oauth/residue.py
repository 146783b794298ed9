"""Removes what terminals, mail, chats, and shells leave in copied text."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Iterator
from itertools import islice
from typing import Final

from wizard.domain.rules import clean
from wizard.domain.text import without_invisible

_ESCAPE: Final = re.compile(
    r"(?:\x1b|\^\[|␛|\\(?:e|033|x1b|u001b))\[[0-?]*[ -/]*[@-~]"
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?",
    re.IGNORECASE,
)
"""A terminal's CSI and OSC sequences (ECMA-48 §5.4, §5.6), also with a spelled-out ESC."""
_OPENED: Final = re.compile(r"(?:\A\s*)(\[20|20|0|)0~|(\[20|20|0|)0~(?=https?:)")
"""Start of a bracketed paste whose escape character was lost, whole or in part."""
_MARKS_LIMIT: Final = 4
_COLORED: Final = re.compile(r"\s*\[[0-9;]{1,9}m")
_CLOSED: Final = re.compile(r"\[201~(?=\s|\Z)|\^[@-_?](?=\s|\Z)|\[[0-9;]{0,9}m(?=\s|\Z)")
"""End of one, a control character in caret notation, or the end of a color."""
_FRAMES: Final = dict.fromkeys([*range(0x2500, 0x25A0), 0x2800, *map(ord, "↵⏎␍␊¬↩¦❘｜⎸⎹⎢⎥")], " ")
"""Box drawing, blocks, and symbols for line ends: no URL has any of them."""
_NO_FRAMES: Final = dict.fromkeys(_FRAMES, "\n")

_AMPERSAND: Final = re.compile(r"&(?:amp;|#0{0,5}38;|#x0{0,5}26;)+", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_NUMBERED: Final = re.compile(r"\\(?:u00|x)([2-7][0-9A-Fa-f])")
_LINE_END: Final = re.compile(r"\\[nrt]|\\(?=[\r\n])|<w?br ?/?>", re.IGNORECASE)
_BACKSLASHED: Final = re.compile(r"\\([?&=/#:%!~;,.*+$@_-])|\^([&=%?])|`([&=?%])")
_CODE: Final = re.compile(
    r"(?<![\w.~-])code[\\^`]?(?:=|\\(?:u00|x)3d)"
    r"((?:(?!\\(?:u00|x)26)[^&\s\"'<>])*)(&|\\(?:u00|x)26|)",
    re.IGNORECASE,
)
"""A code in a text, and the & after it as plain text, JSON, or C writes it."""
_ESCAPES: Final = re.compile(r"\\|[\^`](?=[=%?&])")
"""What `unescaped` may remove from a code, or from its end."""
_SURELY_ESCAPED: Final = re.compile(
    r"(?:code|state)([\\^`])=|(?<![\w.~-])(?:state|iss)[\\^`]?=[^&\s]{0,300}?([\\^`])&"
)
"""A name, a state, or an issuer with such a character before = or &: none of them ends in one."""
_ONE_PERCENT: Final = re.compile(r"(?<!%)(?:%%)*%(?!%)")
_SOFT_BREAK: Final = re.compile(r"=[ \t]*\r?\n")
_QUOTED_NAMES: Final = (("code=3D", "state=3D"), ("client_id=3D", "response_type=3D"))
_QUOTED_PRINTABLE: Final = re.compile(r"=([0-9A-F]{2})")
_DEFENDED: Final = re.compile(r"https?://urldefense\.(?:us|com)/v3/__", re.IGNORECASE)
_DEFENDED_LIMIT: Final = 8
_MIDDLE: Final = re.compile(r"_[\s>|#*+/]*_[\s>|#*+/]*;")
_GATEWAY_TAIL: Final = re.compile(r"[^\s\"'<>()\[\]]*")
_AROUND_A_WORD: Final = re.compile(
    r"\*\*(.+)\*\*|\((.+)\)|\[([^\]]+)\]|\[[^\]]*\]\(([^)]+)\)"
    r'|\{\s*"[a-z_]{1,20}"\s*:\s*"([^"]+)"\s*\}'
)
"""What mail, chats, Markdown, or JSON put around a word."""
_RUNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""What follows ** in URL Defense version 3: how many characters were removed, from 2 on."""


def visible(pasted: str) -> str:
    """Return the visible part of a text: no escapes, frames, controls, or zero-width characters."""
    text = without_invisible(_ESCAPE.sub("", pasted)).translate(_FRAMES)
    return _without_marks(text).strip()


def unescaped(text: str) -> str:
    """Undo what HTML, JSON, shells, mail, and mail gateways do to the characters of a URL."""
    joined = _SOFT_BREAK.sub("", text) if "=3D" in text else ""
    if any(all(name in joined for name in names) for names in _QUOTED_NAMES):
        text = _QUOTED_PRINTABLE.sub(lambda found: chr(int(found[1], 16)), joined)
    text = _NUMBERED.sub(lambda found: chr(int(found[1], 16)), text)
    text = _ENTITY.sub(_character, _AMPERSAND.sub("&", text))
    if "%%" in text and not _ONE_PERCENT.search(text):
        text = text.replace("%%", "%")
    text = _BACKSLASHED.sub(_bare, _LINE_END.sub(_break, text))
    return _undefended(text) if _DEFENDED.search(text) else text


def is_escaping_unsure(text: str) -> bool:
    """Whether what `unescaped` removes from a text may be a part of the code in it.

    Browsers don't encode a backslash, a caret, or a backtick in a query. Shells put one before
    an &, and JSON and C write a backslash before what it stands for.
    """
    text = _ENTITY.sub(_character, _AMPERSAND.sub("&", text))
    escapes = {found[1] or found[2] for found in _SURELY_ESCAPED.finditer(text)}
    return any(_may_lose(value, escapes, has_next=bool(end)) for value, end in _CODE.findall(text))


def _may_lose(code: str, escapes: set[str], *, has_next: bool) -> bool:
    """Whether `unescaped` may remove a part of a code.

    Args:
        escapes: characters that certainly escape others in the same text.
        has_next: an & follows.
    """
    if has_next and code[-1:] in escapes and code.count(code[-1]) == 1:
        code, has_next = code[:-1], False
    return _ESCAPES.search(f"{code}&" if has_next else code) is not None


def undamaged(value: str) -> str:
    """Return a decoded code without what was encoded along with it.

    One that consists of VSCHAR (RFC 6749, appendix A.11) is returned as it is. In others, escapes,
    frames, zero-width characters, and line breaks are removed everywhere, and spaces at the ends.
    """
    if value.isascii() and value.isprintable():
        return value
    return _undamaged(value)


def unmarked(value: str) -> str:
    """Return a decoded value for comparison only, without visible marks and spaces, too."""
    return without_ends(_undamaged(value))


def without_ends(text: str) -> str:
    """Remove what terminals show for control characters after a word or a paste."""
    return _CLOSED.sub("", text)


def _undamaged(value: str) -> str:
    value = _ESCAPE.sub("", value).translate(_NO_FRAMES)
    value = "".join(c for c in value if unicodedata.category(c) != "Cf")
    parts = re.split(r"[^\S ]+", value)
    return "".join(part.strip(" ") for part in parts)


def unframed(word: str) -> str:
    """Remove what was put around a word: if it were sent with it, the code would be invalid."""
    frame = _AROUND_A_WORD.fullmatch(word)
    return clean(next(filter(None, frame.groups()))) if frame else word


def from_base64(value: str) -> str:
    """Return the URL in a Base64 value; "" if there is none."""
    if not value.startswith("aHR0c"):
        return ""
    padded = value.replace(" ", "+").rstrip("=")
    try:
        decoded = urlsafe_b64decode(padded + "=" * (-len(padded) % 4))
    except ValueError:
        return ""
    return decoded.decode("utf-8", "replace")


def _without_marks(text: str) -> str:
    for _ in range(_MARKS_LIMIT):
        opened = _OPENED.search(text)
        if opened is None:
            break
        # The closing mark has the same form: "0~" with "1~". Another one may be the end of a code.
        form = re.escape(opened[1] if opened[1] is not None else opened[2])
        closed = re.compile(rf"{form}1~\s*{form}0~|{form}1~(?=\s|\Z)")
        text = closed.sub("", text[: opened.start()] + text[opened.end() :])
    if colored := _COLORED.match(text):
        return _CLOSED.sub("", text[colored.end() :])
    # What ends the text may be the end of a code, so it stays.
    text = text.rstrip()
    return _CLOSED.sub(lambda found: found[0] if found.end() == len(text) else "", text)


def _character(found: re.Match[str]) -> str:
    # Imported here: it loads a table of 2,000 names that the first frame doesn't need.
    import html

    return html.unescape(found[0])


def _break(found: re.Match[str]) -> str:
    return "" if found[0][:2].lower() in ("\\", "<w") else "\n"


def _bare(found: re.Match[str]) -> str:
    return found[1] or found[2] or found[3] or ""


def _undefended(text: str) -> str:
    """Restore what URL Defense version 3 removed: `__URL__;BASE64!!…$`."""
    done: list[str] = []
    at = 0
    for start in islice(_DEFENDED.finditer(text), _DEFENDED_LIMIT):
        middle = _MIDDLE.search(text, start.end())
        end = text.find("!", middle.end()) if middle else -1
        if start.start() < at or middle is None or end < 0:
            break
        try:
            taken = iter(
                b64decode(text[middle.end() : end] + "==", b"-_").decode("utf-8", "replace")
            )
        except ValueError:
            break
        # What follows, up to the next space, was added by the gateway.
        tail = _GATEWAY_TAIL.match(text, end)
        done += [
            text[at : start.start()],
            "".join(_refilled(text[start.end() : middle.start()], taken)),
        ]
        at = tail.end() if tail else end
    return "".join([*done, text[at:]])


def _refilled(url: str, taken: Iterator[str]) -> Iterator[str]:
    at = 0
    while at < len(url):
        count, length = 1, 1
        if url.startswith("**", at) and url[at + 2 : at + 3] in _RUNS[: 64 * (at + 2 < len(url))]:
            count, length = _RUNS.index(url[at + 2]) + 2, 3
        if url[at] == "*":
            yield from (next(taken, "") for _ in range(count))
        else:
            yield url[at]
        at += length
