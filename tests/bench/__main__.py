"""`python -m tests.bench [--only NAME] [--size small|full] [--keep]`: figures on stdout, progress on stderr."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    sys.path[:0] = [str(ROOT / "platform")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    os.environ.setdefault("PEYVAND_LOG_LEVEL", "WARNING")
    with tempfile.TemporaryDirectory(prefix="peyvand-bench-") as folder:
        os.environ.setdefault("PEYVAND_VAR", folder)
        for needed in ("static", "queue"):  # white noise and the file broker expect them
            (Path(os.environ["PEYVAND_VAR"]) / needed).mkdir(parents=True, exist_ok=True)
        import django

        django.setup()
        from django.conf import settings

        from config.memory import settle

        # Nobody reads these letters, and a mail server is not what is measured.
        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

        settle()  # as a server and a worker do
        return _run()


def _run() -> int:
    from tests.bench import NAMES, readings
    from tests.bench.database import own_database
    from tests.bench.measure import progress
    from tests.bench.sizes import SIZES

    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--only", action="append", choices=NAMES, help="this bench alone (may be given several times)")
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--keep", action="store_true", help="keep the database, and take the one that was kept")
    given = parser.parse_args()
    machine = {"size": given.size, "cpus": os.cpu_count()}
    with own_database(keep=given.keep):
        for name in given.only or NAMES:
            progress(f"— {name} —")
            for reading in readings(name, SIZES[given.size]):
                print(reading.line(machine | {"load": round(os.getloadavg()[0], 1)}), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
