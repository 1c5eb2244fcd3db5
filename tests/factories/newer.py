"""The code one migration newer than it is, for tests and benches of releases.

    with newer():                       # a column and its index on crm_contact
        release()

The models stay as they are: they are the old code on the new schema. Use it on a database of your own, for a release
leaves the tables newer than the code is afterwards.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path

from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

from kernel.ids import uuid7

_FRAME = """
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

{head}

class Migration(migrations.Migration):
    atomic = {atomic}
    accepted = "{accepted}"
    dependencies = [("{label}", "{previous}")]
    operations = [{operations}]
"""

NICKNAME = 'migrations.AddField("contact", "nickname", models.CharField(max_length=60, default="", db_default="")),'
INDEX = 'models.Index(fields=["nickname"], name="contact_nickname")'
#: An added column with its index, in one migration.
COLUMN_AND_INDEX = {"nickname": f'{NICKNAME} migrations.AddIndex("contact", {INDEX}),'}
#: The same as a migration should be written: the index by itself and without locking.
COLUMN_THEN_INDEX = {"nickname": NICKNAME, "nickname_index": f'AddIndexConcurrently("contact", {INDEX}),'}


@contextmanager
def newer(
    added: Mapping[str, str] = COLUMN_AND_INDEX, *, label: str = "crm", head: str = "",
    accepted: str = "made up by a test",
) -> Iterator[None]:  # fmt: skip
    """`added`: the operations of each migration by its name, one standing on the other; `head` goes before them."""
    from django.conf import settings

    folder = Path(tempfile.mkdtemp(prefix="peyvand-newer-"))
    package = f"newer_{uuid7().hex}"
    _write(folder / package, added, label, {"head": head, "accepted": accepted})
    sys.path.insert(0, str(folder))
    invalidate_caches()
    forget()
    try:
        with override_settings(MIGRATION_MODULES={**settings.MIGRATION_MODULES, label: package}):
            yield
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]
        shutil.rmtree(folder)
        forget()


def forget() -> None:
    """Versions are kept for the life of a process, in which migrations do not change otherwise."""
    from tenants.versions import version_of

    version_of.cache_clear()


def _write(folder: Path, added: Mapping[str, str], label: str, words: Mapping[str, str]) -> None:
    name, _explicit = MigrationLoader.migrations_module(label)
    origin = Path(str(import_module(str(name)).__file__)).parent
    shutil.copytree(origin, folder, ignore=shutil.ignore_patterns("__pycache__"))
    previous = max(path.stem for path in folder.glob("0*.py"))
    for number, (stem, operations) in enumerate(added.items(), start=int(previous[:4]) + 1):
        here = f"{number:04}_{stem}"
        text = _FRAME.format(
            atomic="Concurrently" not in operations, label=label, previous=previous, operations=operations, **words
        )
        (folder / f"{here}.py").write_text(text)
        previous = here


def manage(*command: str) -> None:
    """A command of manage.py, run by the newer code. For processes of their own, once Django is set up."""
    with newer():
        call_command(*command)
