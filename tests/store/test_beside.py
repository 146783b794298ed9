"""`token` in one process beside saves in another: each token is whole, and none fails.

`python -m tests.store.test_beside` does so 2,000 times, beside 200 saves, and tells the numbers.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from threading import Event, Thread
from typing import Final

from tests.store.samples import NOW, credentials
from wizard.commands import token
from wizard.domain.models import Profile, StoreKind
from wizard.store.profiles import LocalProfileStore
from wizard.wiring import Connection

TOKENS: Final = 2000
SAVES: Final = 200

_ROOT: Final = Path(__file__).parents[2]
_SAVER: Final = """
import sys
from pathlib import Path
from tests.store.test_beside import save_until_told
save_until_told(Path(sys.argv[1]))
"""
_SAVED: Final = "hush-access-"


def save_until_told(home: Path) -> None:
    """Save one set after another until stdin is closed; write a line after the first."""
    store, is_told, saved = LocalProfileStore(home, StoreKind.FILE), Event(), 0

    def wait() -> None:
        sys.stdin.read()
        is_told.set()

    Thread(target=wait, daemon=True).start()
    while not is_told.is_set():
        with store.locked("default") as held:
            held.save(held.profile or Profile(), active=credentials(str(saved)))
        saved += 1
        if saved == 1:
            sys.stdout.write("saving\n")
            sys.stdout.flush()


def tokens_beside_saves(home: Path, tokens: int, saves: int) -> list[int]:
    """Run `token` that often, and until that many sets were saved meanwhile.

    Returns the number of the set of each token that was printed.
    """
    numbers: list[int] = []
    with subprocess.Popen(
        [sys.executable, "-c", _SAVER, str(home)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as saver:
        assert saver.stdin is not None
        assert saver.stdout is not None
        try:
            assert saver.stdout.readline() == "saving\n"
            while len(numbers) < tokens or numbers[-1] < saves:
                assert saver.poll() is None
                # As in a process that has just started.
                store = LocalProfileStore(home, StoreKind.FILE)
                with redirect_stdout(io.StringIO()) as printed:
                    request = token.TokenRequest("default", {})
                    assert token.run(request, store, Connection, lambda: NOW) == 0
                assert printed.getvalue().startswith(_SAVED)
                numbers.append(int(printed.getvalue().removeprefix(_SAVED)))
        finally:
            saver.stdin.close()
    assert saver.returncode == 0
    return numbers


def test_token_beside_saves_never_fails_and_is_never_an_earlier_one(tmp_path: Path) -> None:
    numbers = tokens_beside_saves(tmp_path / "home", TOKENS // 20, SAVES // 20)
    assert numbers == sorted(numbers)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        ran = tokens_beside_saves(Path(folder) / "home", TOKENS, SAVES)
    sys.stdout.write(f"{len(ran)} tokens of {len(set(ran))} sets, beside {ran[-1]} saves\n")
