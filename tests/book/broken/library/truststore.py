"""Replace truststore with a module that has an unforeseen fault."""

from __future__ import annotations


class SSLContext:
    """A context that can't be created."""

    def __init__(self, _protocol: object) -> None:
        raise ZeroDivisionError("planted-secret")
