"""Lead a terminal's session, as a shell would, and run one program in it.

Run it as a script, with the terminal on stdin: `leader.py REPORT_FD LC_CTYPE PROGRAM [ARGUMENT …]`.
It reports a line with the program's process id. After the program has ended, it reports a line with
the exit code (minus the signal) and the terminal's local flags. Without a leader, the flags could
not be read: the kernel resets a terminal when its session leader ends.

This is a separate process because `preexec_fn` and `pty.fork` are not safe with threads, and warn
of that from Python 3.12 on.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress


def main() -> None:
    """Make the terminal the session's own, run the program in the foreground, and report."""
    report, lc_ctype, argv = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    take_terminal()
    lead(report, lambda: _become(argv, lc_ctype))


def take_terminal() -> None:
    """Make the terminal on stdin the one that controls this session, which leads no other yet."""
    if sys.platform == "win32":
        raise NotImplementedError
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def lead(report: int, run: Callable[[], object]) -> None:
    """Run a function in a process of its own, and report its process id and how it ended."""
    if sys.platform == "win32":
        raise NotImplementedError
    import termios

    program = os.fork()
    if not program:
        os.close(report)
        run()
        sys.exit(0)

    def pass_on(number: int, frame: object) -> None:
        # The program may have ended at this moment.
        with suppress(ProcessLookupError):
            os.kill(program, number)

    # Closing a window signals only the leader, and shells pass the signal on.
    signal.signal(signal.SIGHUP, pass_on)
    os.write(report, b"%d\n" % program)
    code = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
    try:
        flags = termios.tcgetattr(0)[3]
    except termios.error:
        flags = -1
    os.write(report, b"%d %d\n" % (code, flags))


def come_to_the_foreground() -> None:
    """Make this process the one that the terminal's keys interrupt, as a shell does."""
    if sys.platform == "win32":
        raise NotImplementedError
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)


def _become(argv: list[str], lc_ctype: str) -> None:
    if sys.platform == "win32":
        raise NotImplementedError
    come_to_the_foreground()
    # Python ignores SIGPIPE and sets LC_CTYPE in a C locale (PEP 538); a shell does neither.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.environ.pop("LC_CTYPE", None)
    if lc_ctype:
        os.environ["LC_CTYPE"] = lc_ctype
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()
