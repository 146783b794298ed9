"""The changes that programs make to a URL between an address bar and the wizard."""

from __future__ import annotations

import html
import json
import quopri
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote, urlsplit

Wrap = Callable[[str], str]


def _encoded(text: str) -> str:
    return quote(text, safe="")


def _twice(text: str) -> str:
    return _encoded(_encoded(text))


def _parts(url: str, width: int) -> list[str]:
    return [url[at : at + width] for at in range(0, len(url), width)]


def _wrapped(url: str, width: int, end: str = "\n", before: str = "") -> str:
    return end.join(before + part for part in _parts(url, width))


def _framed(url: str, corners: str, width: int = 40) -> str:
    lines = _parts(url, width)
    top_left, top_right, low_left, low_right, across, down = list(corners)
    rows = [f"{down} {line:<{width}} {down}" for line in lines]
    edge = across * (width + 2)
    return "\n".join([f"{top_left}{edge}{top_right}", *rows, f"{low_left}{edge}{low_right}"])


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _path(url: str) -> str:
    return url.removeprefix(_origin(url))


def _defended_2(url: str) -> str:
    written = quote(url, safe=":/?=&.").replace("-", "-2D").replace("_", "-5F")
    written = written.replace("%", "-")
    for sign in ":?=&":
        written = written.replace(sign, f"-{ord(sign):02X}")
    return f"https://urldefense.proofpoint.com/v2/url?u={written.replace('/', '_')}&d=DwMFaQ&c=x&e="


def _defended_3(url: str, *, is_run: bool = False) -> str:
    taken = "".join(re.findall(r"[?&=%+]", url))
    short = re.sub(r"[?&=%+]", "*", url)
    if is_run:
        short, taken = re.sub(r"\*", "**A", url.replace("?", "*", 1)), "?c"
        short = short.replace("**Ac", "**A", 1)
    held = urlsafe_b64encode(taken.encode()).decode().rstrip("=")
    return f"https://urldefense.com/v3/__{short}__;{held}!!PhOWcWs!abc-DEF_123$"


def _between(before: str, after: str) -> Wrap:
    return lambda url: f"{before}{url}{after}"


def _inside(residue: str) -> Wrap:
    """Put text inside the value of the code, or in the middle of a gateway's URL."""

    def smeared(url: str) -> str:
        found = url.find("code=")
        start = found + 14 if found >= 0 else len(url) // 2
        return url[:start] + residue + url[start:]

    return smeared


def _sign_in(name: str) -> Wrap:
    return lambda url: f"{_origin(url)}/login?{name}={_encoded(_path(url))}&lang=en"


def _both(inner: Wrap, outer: Wrap) -> Wrap:
    return lambda url: outer(inner(url))


TERMINAL: Final[dict[str, Wrap]] = {
    "marks": lambda url: f"\x1b[200~{url}\x1b[201~",
    "marks, 8 bit": lambda url: f"\x9b200~{url}\x9b201~",
    "marks, ESC lost": lambda url: f"[200~{url}[201~",
    "marks, bracket lost": lambda url: f"200~{url}201~",
    "marks, all but the last": lambda url: f"0~{url}1~",
    "marks, two digits": lambda url: f"00~{url}01~",
    "marks, caret": lambda url: f"^[[200~{url}^[[201~",
    "marks, spelled": lambda url: f"\\e[200~{url}\\e[201~",
    "marks, symbol": lambda url: f"␛[200~{url}␛[201~",
    "marks twice": lambda url: f"0~0~{url}1~1~",
    "marks and Enter": lambda url: f"0~{url}1~\r\n",
    "marks between": lambda url: f"0~{url[:50]}1~0~{url[50:]}1~",
    "marks, the last only": lambda url: f"{url}1~",
    "marks, the last only, whole": lambda url: f"{url}[201~",
    "marks after a prompt": lambda url: f"$ 0~{url}1~",
    "colors": lambda url: f"\x1b[4;34m{url}\x1b[0m",
    "colors, ESC lost": lambda url: f"[34m{url}[0m",
    "hyperlink": lambda url: f"\x1b]8;;{url}\x1b\\{url}\x1b]8;;\x1b\\",
    "carriage return in caret": lambda url: f"{url}^M",
    "interrupted": lambda url: f"{url}^C",
    "prompt before": lambda url: f"user@host:~$ {url}",
    "prompt after": lambda url: f"{url}\nuser@host:~$ ",
    "powerline": lambda url: f"\ue0b0 ~ \ue0b0 {url}\n\ue0b0",
    "wrapped at 80": lambda url: _wrapped(url, 80),
    "wrapped at 40": lambda url: _wrapped(url, 40),
    "wrapped at 23": lambda url: _wrapped(url, 23),
    "wrapped at 40, CRLF": lambda url: _wrapped(url, 40, "\r\n"),
    "wrapped at 40, trailing spaces": lambda url: _wrapped(url, 40, "   \n"),
    "wrapped at 40, indented": lambda url: _wrapped(url, 40, "\n", "    "),
    "wrapped at 40, prompt after": lambda url: f"{_wrapped(url, 40)}\nuser@host:~$ ",
    "wrapped at 40, word after": lambda url: f"{_wrapped(url, 40)}\nthanks",
    "wrapped, spaces for line ends": lambda url: _wrapped(url, 40, " "),
    "wrapped behind a prompt": lambda url: _wrapped(f"$ echo {url}", 40),
    "wrapped, continued": lambda url: _wrapped(url, 40, "\\\n"),
    "wrapped, arrows": lambda url: _wrapped(url, 40, "↩\n"),
    "wrapped, blank lines": lambda url: _wrapped(url, 40, "\n\n"),
    "rounded box": lambda url: _framed(url, "╭╮╰╯─│"),
    "rounded box, wide": lambda url: _framed(url, "╭╮╰╯─│", 400),
    "square box": lambda url: _framed(url, "┌┐└┘─│"),
    "double box": lambda url: _framed(url, "╔╗╚╝═║"),
    "heavy box": lambda url: _framed(url, "┏┓┗┛━┃"),
    "ASCII box": lambda url: _framed(url, "++++-|"),
    "box's end": lambda url: f"{url}──╯",
    "box's end, apart": lambda url: f"{url} │\n──╯",
    "beside a pane": lambda url: "\n".join(f"{line} │ ls" for line in _wrapped(url, 40).split()),
    "shaded": lambda url: f"▌{url}▐",
}

WHITE: Final[dict[str, Wrap]] = {
    **{
        f"{name} at the ends": _between(char, char)
        for name, char in {
            "space": " ",
            "tab": "\t",
            "line": "\n",
            "NBSP": "\u00a0",
            "thin space": "\u2009",
            "ideographic space": "\u3000",
            "zero width": "\u200b",
            "joiner": "\u2060",
            "BOM": "\ufeff",
            "RTL mark": "\u200f",
            "RTL override": "\u202e",
            "isolate": "\u2066",
            "soft hyphen": "\u00ad",
            "line separator": "\u2028",
            "braille blank": "\u2800",
        }.items()
    },
    **{
        f"{code} at the end": _between("", code)
        for code in (
            *("%20", "%0A", "%0D%0A", "%0D", "%09", "%C2%A0", "%E2%80%8B", "%EF%BB%BF", "%20%20"),
            *("+", "%E2%94%82", "%E2%94%80%E2%95%AF", "%1B%5B201~", "%5B201~", "%00", "%22", "%27"),
            *("%3E", "%29", "%5D", "%7D", "%2C", "%3B", "%E2%80%9D", "%60", "%5C"),
        )
    },
    **{
        f"{name} inside": _inside(char)
        for name, char in {
            "space": " ",
            "tab": "\t",
            "line": "\n",
            "CRLF": "\r\n",
            "line and indent": "\n    ",
            "NBSP": "\u00a0",
            "zero width": "\u200b",
            "soft hyphen": "\u00ad",
            "%20": "%20",
            "+": "+",
            "%0A": "%0A",
            "%0D%0A%20%20": "%0D%0A%20%20",
            "%C2%A0": "%C2%A0",
            "%E2%80%8B": "%E2%80%8B",
            "<wbr>": "<wbr>",
            "<br>": "<br/>",
            "frame": "│",
            "%E2%94%82": "%E2%94%82",
            "ESC": "\x1b[K",
            "marks": "\x1b[201~\x1b[200~",
            "quote mark": "\n> ",
            "comment": "\n# ",
            "JSON's line end": "\\n",
            "shell's line end": "\\\n",
        }.items()
    },
    "space close to the end": lambda url: f"{url[:-4]} {url[-4:]}",
    "line close to the end": lambda url: f"{url[:-4]}\n{url[-4:]}",
    "line and letters at the end": lambda url: f"{url[:-2]}\n{url[-2:]}",
}

AROUND: Final[dict[str, Wrap]] = {
    **{
        f"{opener} {closer}": _between(opener, closer)
        for opener, closer in (
            *(('"', '"'), ("'", "'"), ("`", "`"), ("“", "”"), ("„", "“"), ("‘", "’"), ("«", "»")),
            *(("‹", "›"), ("「", "」"), ("(", ")"), ("[", "]"), ("{", "}"), ("<", ">")),
            *(("*", "*"), ("**", "**"), ("_", "_"), ("~~", "~~"), ("`", "`"), ("|", "|")),
            *(("<URL:", ">"), ("URL: ", ""), ("%22", "%22"), ("%3C", "%3E"), ("'\"", "\"'")),
            *(("", '"'), ("", "'"), ("", ")"), ("", ">"), ("", "]"), ("", "}"), ("", "`")),
            *(("", "."), ("", ","), ("", ";"), ("", ":"), ("", "!"), ("", "?"), ("", "..")),
            *(("", "。"), ("", "、"), ("", "»"), ("", "|"), ("", "&"), ("", "#"), ("", "#_=_")),
        )
    },
    "markdown": lambda url: f"[the page]({url})",
    "markdown, twice": lambda url: f"[{url}]({url})",
    "markdown, title": lambda url: f'[page]({url} "title")',
    "markdown reference": lambda url: f"[1]: {url}",
    "reStructuredText": lambda url: f"`the page <{url}>`_",
    "org": lambda url: f"[[{url}][page]]",
    "wiki": lambda url: f"[{url} the page]",
    "BBCode": lambda url: f"[url={url}]the page[/url]",
    "BBCode, bare": lambda url: f"[url]{url}[/url]",
    "Slack": lambda url: f"<{url}|the page>",
    "Slack, same": lambda url: f"<{url}|{url}>",
    "sentence": lambda url: f"Here it is: {url}. Is that right?",
    "words after": lambda url: f"{url} thanks a lot",
    "a word after": lambda url: f"{url} thanks",
    "a word on the next line": lambda url: f"{url}\nthanks",
    "signed": lambda url: f"Hi,\n{url}\n\nRegards,\nBob",
    "an ID after": lambda url: f"{url}\nOQ0123456789abcdef0123456789abcdef",
    "a time after": lambda url: f"{url}\n14:02",
    "a number after": lambda url: f"{url}\n42",
    "twice": lambda url: f"{url} {url}",
    "twice, glued": lambda url: f"{url}{url}",
    "after another": lambda url: f"From https://console.twilio.com/x to {url}",
    "before another": lambda url: f"{url} and https://console.twilio.com/x",
    "bullet": lambda url: f"• {url}",
    "numbered": lambda url: f"1. {url}",
    "label and tab": lambda url: f"URL\t{url}\tok",
    "CSV": lambda url: f'1,"{url}","x"',
    "CSV, semicolons": lambda url: f"1;{url};x",
    "CSV, commas": lambda url: f"1,{url},x",
    "spreadsheet": lambda url: f'=HYPERLINK("{url}","page")',
    "cell with lines": lambda url: f'"{url}\n"',
    "quoted mail": lambda url: f"> {url}",
    "quoted mail, wrapped": lambda url: _wrapped(url, 40, "\n", "> "),
    "quoted twice, wrapped": lambda url: _wrapped(url, 40, "\n", ">> "),
    "quoted twice, apart": lambda url: _wrapped(url, 40, "\n", "> > "),
    "comment, wrapped": lambda url: _wrapped(url, 40, "\n", "# "),
    "block comment, wrapped": lambda url: _wrapped(url, 40, "\n", " * "),
    "diff, wrapped": lambda url: _wrapped(url, 40, "\n", "+ "),
    "numbered lines": lambda url: "\n".join(
        f"{n:>3}  {line}" for n, line in enumerate(_wrapped(url, 40).split(), 1)
    ),
    "angle brackets, wrapped": lambda url: f"<{_wrapped(url, 60)}>",
    "quotes, wrapped": lambda url: f'"{_wrapped(url, 60)}"',
    "quoted-printable": lambda url: quopri.encodestring(url.encode()).decode(),
    "smart dashes": lambda url: url.replace("--", "—"),
    "cut in the end": lambda url: f"{url[:-9]}…",
    "cut to dots": lambda url: f"{url[:-9]}...",
    "cut in the middle": lambda url: f"{url[:60]}…{url[-30:]}",
}

ESCAPED: Final[dict[str, Wrap]] = {
    "HTML": html.escape,
    "HTML, twice": lambda url: html.escape(html.escape(url)),
    "HTML, numbers": lambda url: url.replace("&", "&#38;").replace("=", "&#61;"),
    "HTML, hexadecimal": lambda url: url.replace("&", "&#x26;").replace("/", "&#x2F;"),
    "HTML, names": lambda url: url.replace("=", "&equals;").replace("?", "&quest;"),
    "HTML link": lambda url: f'<a href="{html.escape(url)}">{html.escape(url)}</a>',
    "HTML link, text": lambda url: f"<p>{html.escape(url)}</p>",
    "HTML, spaces": lambda url: f"&nbsp;{html.escape(url)}&nbsp;",
    "meta refresh": lambda url: f'<meta http-equiv="refresh" content="0;url={html.escape(url)}">',
    "JSON": lambda url: json.dumps({"url": url}),
    "JSON, slashes": lambda url: json.dumps({"url": url}).replace("/", "\\/"),
    "JSON, numbers": lambda url: json.dumps(url).replace("&", "\\u0026").replace("=", "\\u003D"),
    "JSON with a line end": lambda url: json.dumps(f"{url}\n"),
    "Python": lambda url: repr(url).replace("&", "\\x26"),
    "shell": lambda url: re.sub(r"([?&=])", r"\\\1", url),
    "shell, all": lambda url: re.sub(r"([?&=%~])", r"\\\1", url),
    "cmd": lambda url: url.replace("&", "^&"),
    "cmd, percent": lambda url: url.replace("%", "%%"),
    "PowerShell": lambda url: url.replace("&", "`&"),
    "curl": lambda url: f"curl -L '{url}' -H 'Accept: */*'",
    "curl, double quotes": lambda url: f'curl "{url}" -v',
    "curl, bare": lambda url: re.sub(r"([?&=])", r"\\\1", f"curl {url} -o /dev/null"),
    "wget": lambda url: f"wget --max-redirect=0 '{url}'",
    "variable": lambda url: f"url={url}",
    "export": lambda url: f'export URL="{url}"',
    "header": lambda url: f"HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\n",
    "header, tight": lambda url: f"location:{url}",
    "server's log": lambda url: f'- "GET {_path(url)} HTTP/1.1" 404',
    "server's log, bare": lambda url: f"GET {_path(url)} HTTP/1.1\r\nHost: {urlsplit(url).netloc}",
    "scheme hidden": lambda url: url.removeprefix("https://").removeprefix("http://"),
    "scheme in capitals": lambda url: url.replace("http", "HTTP", 1),
    "query only": lambda url: url.partition("?")[2],
    "query with its mark": lambda url: "?" + url.partition("?")[2],
    "question mark lost": lambda url: url.replace("?", "&"),
    "view-source": lambda url: f"view-source:{url}",
    "reader": lambda url: f"about:reader?url={_encoded(url)}",
    "Edge": lambda url: f"microsoft-edge:{url}",
    "Firefox's error page": lambda url: (
        f"about:neterror?e=dnsNotFound&u={quote(url, safe='/')}&c=UTF-8&d=We%20can%E2%80%99t"
    ),
    "Chrome's error page": lambda url: f"This site can’t be reached\n{url} took too long",
    "fragment": lambda url: url.replace("?", "#"),
    "route": lambda url: url.replace("?", "#/done?"),
    "route at the root": lambda url: url.replace("?", "/#/cb?"),
    "more parameters": lambda url: url.replace("?", "?a=1&") + "&session_state=9#_=_",
    "more at the end": lambda url: url + "&utm_source=mail",
    "text fragment": lambda url: f"{url}#:~:text=not%20found",
    "default port": lambda url: url.replace(".com/", ".com:443/"),
}

NESTING: Final[dict[str, Wrap]] = {
    "Safe Links": lambda url: (
        f"https://nam02.safelinks.protection.outlook.com/?url={_encoded(url)}"
        "&data=05%7C01%7Cx%40y.test%7C0&sdata=a%2Bb%3D&reserved=0"
    ),
    "Safe Links, last": lambda url: (
        f"https://eur01.safelinks.protection.outlook.com/?data=05%7C&reserved=0&url={_encoded(url)}"
    ),
    "Teams": lambda url: (
        "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"
        f"?url={_encoded(url)}&locale=en-us"
    ),
    "URL Defense 1": lambda url: (
        f"https://urldefense.proofpoint.com/v1/url?u={_encoded(url)}&k=oIvRg1%2BdGAgOoM1BIlLLqw"
    ),
    "URL Defense 2": _defended_2,
    "URL Defense 3": _defended_3,
    "URL Defense 3, plain": lambda url: f"https://urldefense.com/v3/__{url}__;!!x!y$",
    "URL Defense 3, run": lambda url: _defended_3(url, is_run=True) if "?c" in url else url,
    "Google": lambda url: f"https://www.google.com/url?q={_encoded(url)}&sa=D&source=docs",
    "Google, search": lambda url: f"https://www.google.com/url?sa=t&url={_encoded(url)}&usg=AOv",
    "Facebook": lambda url: f"https://l.facebook.com/l.php?u={_encoded(url)}&h=AT0",
    "Slack": lambda url: f"https://slack-redir.net/link?url={_encoded(url)}",
    "LinkedIn": lambda url: f"https://www.linkedin.com/safety/go?url={_encoded(url)}&trk=x",
    "Barracuda": lambda url: (
        f"https://linkprotect.cudasvc.com/url?a={_encoded(url)}&c=E,1,x&typo=1"
    ),
    "Cisco": lambda url: f"https://secure-web.cisco.com/1a2B-c_d/{_encoded(url)}",
    "Sophos": lambda url: (
        "https://eu-west-1.protection.sophos.com/?d=example.com"
        f"&u={_encoded(b64encode(url.encode()).decode())}&p=m&i=x"
    ),
    "archive": lambda url: f"https://web.archive.org/web/2026/{url}",
    "Google Translate": lambda url: (
        f"https://translate.google.com/translate?sl=auto&u={_encoded(url)}"
    ),
    "mail": lambda url: f"mailto:me@x.test?subject=URL&body={_encoded(f'Here: {url}')}",
    "encoded": _encoded,
    "encoded twice": _twice,
    "query encoded": lambda url: url.partition("?")[0] + "?" + _encoded(url.partition("?")[2]),
    "parameter, bare": lambda url: f"https://safe.test/?url={url}",
    "parameter, twice": lambda url: f"https://safe.test/?url={_twice(url)}&d=1",
    **{
        f"sign-in page, {name}": _sign_in(name)
        for name in ("next", "redirect", "continue", "RelayState", "return_to", "ReturnUrl")
    },
    "sign-in page, first": lambda url: f"{_origin(url)}/login?lang=en&next={_encoded(_path(url))}",
    "sign-in page, URL": lambda url: f"{_origin(url)}/login?continue={_encoded(url)}",
    "sign-in page, bare": lambda url: f"{_origin(url)}/login?next={_path(url)}",
    "sign-in page, twice": lambda url: f"{_origin(url)}/login?next={_twice(_path(url))}",
    "sign-in page, state of its own": lambda url: (
        f"{_origin(url)}/login?state=of-its-own&next={_encoded(_path(url))}"
    ),
    "sign-in page, fragment": lambda url: f"{_origin(url)}/login#next={_encoded(_path(url))}",
    "sign-in page elsewhere": lambda url: f"https://sso.test/auth?RelayState={_encoded(url)}&x=1",
    "sign-in page in a sign-in page": lambda url: (
        f"{_origin(url)}/a?next={_encoded('/b?next=' + _encoded(_path(url)))}"
    ),
    "slash": lambda url: url.replace("?", "/?", 1),
    "page": lambda url: url.replace("?", "/index.html?", 1),
    "www": lambda url: url.replace("://", "://www.", 1),
}

SINGLE: Final[dict[str, Wrap]] = {
    f"{group}: {name}": wrap
    for group, wraps in {
        "terminal": TERMINAL,
        "white space": WHITE,
        "around": AROUND,
        "escaped": ESCAPED,
        "nesting": NESTING,
    }.items()
    for name, wrap in wraps.items()
}
"""Each change by itself."""


def pairs() -> Iterator[tuple[str, Wrap]]:
    """Yield pairs of changes: every gateway, inside every text that surrounds a URL."""
    for inner_name, inner in NESTING.items():
        for outer_name, outer in SINGLE.items():
            yield f"{inner_name} in {outer_name}", _both(inner, outer)
