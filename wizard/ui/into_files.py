"""Files, on a step whose save the system keyring does not take: offered, chosen and said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Final

from textual import work

from wizard.domain.problems import Problem, SetupError
from wizard.domain.wording import IN_FILES, can_use_files, or_files
from wizard.ui.step_screen import Banner, StepScreen

FILES: Final = "Use a file, not the keyring, for the secrets"


class IntoFilesScreen(StepScreen):
    """A step that saves secrets, and offers files while the keyring is in the way."""

    FILES_KEY: ClassVar[str]
    """The key that chooses them, as a problem's remedy names it."""

    def __init__(self, banner: Banner, use_file: Callable[[], Awaitable[None]]) -> None:
        """Args: `use_file` moves the secrets out of a keyring in the way. Raises SetupError."""
        super().__init__(banner)
        self._use_file = use_file
        self._can_use_file = False
        self._is_moving = False

    async def go_on_in_files(self) -> None:
        """Do again what the keyring was in the way of."""
        raise NotImplementedError

    def stay_out_of_files(self, error: SetupError) -> None:
        """Say why what is in the keyring could not be moved."""
        self.show_failure(error.problem, is_chosen=True)

    def offer_files(self, problem: Problem | None) -> None:
        """Offer files while a problem is one that they are a way out of."""
        self._can_use_file = can_use_files(problem)
        self.refresh_bindings()

    def show_failure(
        self, problem: Problem | None, *, is_chosen: bool = False, also: Sequence[Problem] = ()
    ) -> None:
        """Show a problem in the panel, or clear it; with files where they are a way out of it.

        Args:
            is_chosen: they were chosen already.
            also: what is shown under it.
        """
        if problem is not None:
            problem = or_files(problem, f"press {self.FILES_KEY}", is_chosen=is_chosen)
        self.show_problem(problem, also=also)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer files only while the keyring is in the way."""
        if action == "use_file" and not self._can_use_file:
            return False
        return super().check_action(action, parameters)

    @work(group="use-file")
    async def action_use_file(self) -> None:
        """Keep the secrets in files instead, say so, and go on."""
        if self._is_moving:
            return
        self._is_moving = True
        try:
            await self._use_file()
        except SetupError as error:
            self.stay_out_of_files(error)
            return
        finally:
            self._is_moving = False
        self.notify(IN_FILES, markup=False)
        await self.go_on_in_files()
