"""What is different in the demo, for every face."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from wizard.domain.models import CredentialSet


@dataclass(frozen=True, slots=True)
class Demo:
    """The values of the demo, and its own approval."""

    values: CredentialSet
    """The only values it takes."""
    approve: Callable[[str], Awaitable[str]]
    """Approves an authorize link in the browser's stead; gives the address landed on."""
