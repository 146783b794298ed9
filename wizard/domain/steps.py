"""The names of the steps, as stored in a draft and as shown in the rail."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final


class Step(Enum):
    """A step of the wizard; the value is its name on disk."""

    OVERVIEW = "overview"
    PREREQUISITES = "prerequisites"
    CREDENTIALS = "credentials"
    AUTHORIZE = "authorize"
    REDIRECT = "redirect"
    CHECK = "check"
    DONE = "done"

    @property
    def title(self) -> str:
        """The name of the step, as shown."""
        return self.value.capitalize()


STEPS: Final = (
    Step.PREREQUISITES,
    Step.CREDENTIALS,
    Step.AUTHORIZE,
    Step.REDIRECT,
    Step.CHECK,
    Step.DONE,
)
"""The six steps of a setup, in order."""

WITHOUT_APPROVAL: Final = (Step.PREREQUISITES, Step.CREDENTIALS, Step.CHECK, Step.DONE)
"""The four steps of a setup in which no one approves access."""


def step_number(step: Step, steps: Sequence[Step] = STEPS) -> str:
    """Return "Step 2 of 6"; for a step outside the setup, its title."""
    return f"Step {steps.index(step) + 1} of {len(steps)}" if step in steps else step.title
