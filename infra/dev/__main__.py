"""`python3 -m infra.dev <command>`: the only entry the Makefile knows.

The set-up commands run on the machine's own Python and the standard library alone; once the virtual environment
stands, the process becomes its Python (same process id, so signals sent to `make` still arrive).
"""

import importlib
import os
import sys

COMMANDS = {
    "setup": "infra.dev.bootstrap",
    "run": "infra.dev.run",
    "test": "infra.dev.test",
    "lint": "infra.dev.lint",
    "fmt": "infra.dev.lint",
    "shell": "infra.dev.shell",
    "bench": "infra.dev.bench",
    "messages": "infra.dev.messages",
    "clean": "infra.dev.clean",
}
WITHOUT_SET_UP = {"setup", "clean"}


def main() -> int:
    if sys.version_info < (3, 11):
        print(f"Peyvand needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).")
        return 1
    name, *rest = sys.argv[1:] or [""]
    if name not in COMMANDS:
        print(f"usage: python3 -m infra.dev {{{'|'.join(COMMANDS)}}}")
        return 2

    from infra.dev import bootstrap, signals
    from infra.dev.commands import CommandFailed
    from infra.dev.console import Console
    from infra.dev.problems import Problem

    signals.terminate_like_interrupt()
    console = Console(sys.stdout if name in ("run", "setup") else sys.stderr)
    try:
        if name not in WITHOUT_SET_UP and "PEYVAND_SET_UP" not in os.environ:
            python = bootstrap.set_up(console)
            os.environ["PEYVAND_SET_UP"] = "1"
            os.execv(python, [str(python), "-m", "infra.dev", name, *rest])
        os.environ.pop("PEYVAND_SET_UP", None)
        command = importlib.import_module(COMMANDS[name])
        return int(command.main(name, rest, console))
    except (Problem, CommandFailed) as problem:
        console.problem(problem)
        return 1
    except KeyboardInterrupt:
        console.line("Stopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
