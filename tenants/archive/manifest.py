"""The manifest: what is in an archive, of whom, and our signature that nobody has changed a letter of it.

Its rows come back as they are, roles and history among them, so an archive that we did not write is not let in. The
key follows from the installation's secret; `ARCHIVE_KEYS` names secrets of other installations that are trusted.
"""

import hmac
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.conf import settings
from django.utils.crypto import salted_hmac

FORMAT: Final = 1
NAME: Final = "manifest.json"
README: Final = "README.txt"


@dataclass(frozen=True)
class TablePart:
    table: str
    file: str
    rows: int
    size: int
    sha256: str
    columns: list[str]


@dataclass(frozen=True)
class FilePart:
    ref: str
    file: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    #: id, name, subdomain, language, preferences
    organization: dict[str, Any]
    engines: list[str]
    #: Version of each part's tables, as in Organization.releases.
    parts: dict[str, str]
    #: What was applied, in its order: [["kernel", "0001_initial"], …].
    migrations: list[list[str]]
    created_at: str
    created_by: str
    tables: list[TablePart] = field(default_factory=list)
    files: list[FilePart] = field(default_factory=list)
    format: int = FORMAT
    product: str = "Peyvand"

    @property
    def members(self) -> list[TablePart | FilePart]:
        return [*self.tables, *self.files]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    def rows_of(self, table: str) -> int:
        return next((part.rows for part in self.tables if part.table == table), 0)

    def signed(self) -> bytes:
        """The JSON that lies in the archive."""
        body = asdict(self)
        body["signature"] = _signature(body, settings.SECRET_KEY)
        return json.dumps(body, ensure_ascii=False, indent=1).encode()

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Manifest":
        """From the JSON of an archive whose signature is ours."""
        known = {name: body[name] for name in cls.__dataclass_fields__}
        known["tables"] = [TablePart(**part) for part in body["tables"]]
        known["files"] = [FilePart(**part) for part in body["files"]]
        return cls(**known)


def is_ours(body: dict[str, Any]) -> bool:
    """Whether we, or an installation we trust, signed this and nobody has changed it since."""
    rest = {name: value for name, value in body.items() if name != "signature"}
    given = str(body.get("signature", ""))
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS, *settings.ARCHIVE_KEYS)
    return any(hmac.compare_digest(_signature(rest, secret).encode(), given.encode()) for secret in secrets)


def _signature(body: dict[str, Any], secret: str | bytes) -> str:
    canonical = json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return salted_hmac("tenants.archive", canonical, secret=secret, algorithm="sha256").hexdigest()
