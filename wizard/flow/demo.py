"""What is different in the demo, for every face."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from wizard.domain.models import CredentialSet
from wizard.domain.value import Value


class Demo(Value):
    """The values of the demo, and its own approval."""

    values: CredentialSet
    """The only values it takes."""
    approve: Callable[[str], Awaitable[str]]
    """Approves an authorize link in the browser's stead; gives the address landed on."""
