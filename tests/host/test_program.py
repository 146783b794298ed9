"""How the program names its own start: by a command that starts the same program again."""

from __future__ import annotations

import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.commands.stage import OF_WINDOWS, environment
from wizard import __version__
from wizard.domain.text import Program
from wizard.host.process import started

SCRIPT = Path(
    sysconfig.get_path("scripts"), "scim-wizard.exe" if sys.platform == "win32" else "scim-wizard"
)
TELL = "from wizard.host.process import started; print(started().command('--version'))"
POSING = "#!/bin/sh\necho another program\n"


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def console_script(path: Path, tell: str = TELL) -> Path:
    """Write a script as an installer does, which prints its command or runs the program."""
    main = "from wizard.__main__ import main; main()"
    body = f"import sys\nif sys.argv[1:] == ['tell']:\n    {tell}\nelse:\n    {main}\n"
    return executable(path, f"#!/bin/sh\n'''exec' '{sys.executable}' -P \"$0\" \"$@\"\n'''\n{body}")


def run(*argv: str | Path, cwd: Path, path: str = "/usr/bin:/bin", **more: str) -> str:
    home = str(cwd / "home")
    env = {"PATH": path, "HOME": str(cwd), "SCIM_WIZARD_HOME": home, **OF_WINDOWS} | more
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def works(command: str, cwd: Path, path: str = "/usr/bin:/bin") -> bool:
    """Whether this command starts the same program in a shell in another folder."""
    return run("sh", "-c", command, cwd=cwd, path=path) == f"scim-wizard, version {__version__}"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with a module of the same name that would be found first."""
    folder = tmp_path / "else where"
    folder.mkdir()
    (folder / "wizard.py").write_text("print('another program')", encoding="utf-8")
    return folder


@pytest.mark.posix("A script with an interpreter line is no program on Windows")
def test_script_that_path_leads_to_is_named(tmp_path: Path, elsewhere: Path) -> None:
    script = console_script(tmp_path / "bin" / "scim-wizard")
    path = f"{script.parent}:/usr/bin:/bin"
    told = run(script, "tell", cwd=tmp_path, path=path)
    assert told == "scim-wizard --version"
    assert works(told, elsewhere, path)


@pytest.mark.posix("A script with an interpreter line is no program on Windows")
def test_link_in_path_to_the_script_is_named(tmp_path: Path, elsewhere: Path) -> None:
    script = console_script(tmp_path / "tool" / "bin" / "scim-wizard")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "scim-wizard").symlink_to(script)
    path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    assert run(script, "tell", cwd=tmp_path, path=path) == "scim-wizard --version"


@pytest.mark.posix("A script with an interpreter line is no program on Windows")
@pytest.mark.parametrize("name", ["scim-wizard", "setup"])
def test_script_that_path_does_not_lead_to_is_named_in_full(
    name: str, tmp_path: Path, elsewhere: Path
) -> None:
    script = console_script(tmp_path / "a b$HOME" / ".venv" / "bin" / "scim-wizard")
    start = script.parent / name
    if name != script.name:
        start.symlink_to(script)
    posing = executable(tmp_path / "bin" / "scim-wizard", POSING)
    path = f"{posing.parent}:/usr/bin:/bin"
    relative = start.relative_to(tmp_path)
    told = run(f"./{relative}", "tell", cwd=tmp_path, path=path)
    assert shlex.split(told) == [str(start), "--version"]
    assert works(told, elsewhere, path)


@pytest.mark.posix("A script with an interpreter line is no program on Windows")
def test_relative_entry_of_path_is_no_way_to_find_it(tmp_path: Path, elsewhere: Path) -> None:
    script = console_script(tmp_path / "bin" / "scim-wizard")
    told = run("scim-wizard", "tell", cwd=tmp_path, path="bin:/usr/bin:/bin")
    assert shlex.split(told)[0] == str(script)
    assert works(told, elsewhere)


@pytest.mark.posix("A script with an interpreter line is no program on Windows")
def test_module_is_named_so_that_no_other_runs_in_its_place(
    tmp_path: Path, elsewhere: Path
) -> None:
    told = run(sys.executable, "-c", TELL, cwd=tmp_path)
    assert shlex.split(told) == [sys.executable, "-P", "-m", "wizard", "--version"]
    assert works(told, elsewhere)


@pytest.mark.posix("A script with an interpreter line is no program on Windows")
def test_module_of_a_folder_is_found_from_another(tmp_path: Path, elsewhere: Path) -> None:
    root = tmp_path / "a clone"
    root.mkdir()
    (root / "wizard").symlink_to(Path(__file__).parents[2] / "wizard")
    # The program isn't installed: only the current folder has it.
    (root / "tell.py").write_text(TELL, encoding="utf-8")
    told = run(sys.executable, "tell.py", cwd=root)
    assert shlex.split(told)[:2] == ["env", f"PYTHONPATH={root}"]
    assert works(told, elsewhere)


@pytest.mark.parametrize("is_found", [True, False])
def test_on_windows_commands_are_for_powershell(
    is_found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["-c"])
    root = str(Path(__file__).parents[2])
    path = [each for each in sys.path[1:] if each != root]
    monkeypatch.setattr(sys, "path", ["", *path, *([root] if is_found else [])])
    monkeypatch.setattr(sys, "platform", "win32")
    told = started({"PATH": ""}).command("--version")
    variable = "" if is_found else f"$env:PYTHONPATH = '{root}'; "
    assert told == f"{variable}{sys.executable} -P -m wizard --version"


def test_installed_script_of_the_interpreter_in_use_is_this_one(tmp_path: Path) -> None:
    assert SCRIPT.exists(), "the tests run in an environment where the project is installed"
    told = run(sys.executable, "-c", TELL, cwd=tmp_path, path=str(SCRIPT.parent))
    assert told == "scim-wizard --version"


@pytest.mark.parametrize("is_in_path", [True, False])
def test_installed_script_names_itself_in_a_remedy(is_in_path: bool, tmp_path: Path) -> None:
    words = "scim-wizard" if is_in_path else str(SCRIPT)
    program = Program((words,), is_for_powershell=sys.platform == "win32")
    env = environment(tmp_path / "home", PATH=str(SCRIPT.parent) if is_in_path else "")
    failed = subprocess.run(
        [SCRIPT, "status"], cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True, timeout=30
    )
    assert (failed.returncode, failed.stderr.splitlines()[-1]) == (3, f"  {program.command()}")


def test_certificates_are_named_so_that_they_are_found_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert started(ca_file=Path("ca.pem")).options == ("--ca-file", str(tmp_path / "ca.pem"))


def test_default_profile_is_named_where_a_variable_sets_another(tmp_path: Path) -> None:
    told = run(sys.executable, "-c", TELL, cwd=tmp_path, SCIM_WIZARD_PROFILE="acme")
    assert "--profile default" in told


def test_name_alone_is_used_if_it_leads_here() -> None:
    assert started({"PATH": str(SCRIPT.parent)}).command() == "scim-wizard"
    assert started({"PATH": "."}).command() != "scim-wizard"
