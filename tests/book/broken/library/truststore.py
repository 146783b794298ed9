"""Stands in truststore's place and has a fault that nobody could know of."""

from __future__ import annotations


class SSLContext:
    """Cannot be made."""

    def __init__(self, _protocol: object) -> None:
        raise ZeroDivisionError("planted-secret")
