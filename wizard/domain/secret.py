"""A text that must not be shown: client secret, code, verifier, token."""

from __future__ import annotations

from typing import Final, NoReturn, final

from wizard.domain import journal

MASK: Final = "•••"


@final
class Secret:
    """A text that is shown only by `reveal()`.

    `str`, `repr`, `format`, and `%s` give a mask that hides even the length. It can't be pickled.
    Comparing takes constant time.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value
        journal.conceal(value)

    def reveal(self) -> str:
        """Return the text itself. There is no other access, so a search finds every use."""
        return self.__value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        # Bytes, because compare_digest raises TypeError for a non-ASCII str; surrogates can
        # come in with a terminal's paste.
        # Imported here: it loads OpenSSL, which `token` doesn't need.
        import hmac

        return hmac.compare_digest(_bytes(self.__value), _bytes(other.__value))

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
