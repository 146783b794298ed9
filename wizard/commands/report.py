"""How a command says that it failed: words on stderr, JSON on stdout where that was asked for."""

from __future__ import annotations

import json
import sys

from wizard.domain.problems import Problem


def report(problem: Problem, *, as_json: bool = False) -> int:
    """Tell a problem and return the exit code it means."""
    if as_json:
        error = {"id": problem.id, "title": problem.title, "remedy": problem.remedy}
        print(json.dumps({"version": 1, "error": error}))
    lines = (problem.title + ".", problem.cause, *problem.detail, problem.remedy)
    print(*lines, sep="\n", file=sys.stderr)
    return int(problem.exit_code)
