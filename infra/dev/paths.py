"""Where things live: the checkout, and the data folder (`PEYVAND_VAR`)."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMPS = ROOT / ".make"
FRONTEND = ROOT / "frontend"
POSTGRES_PACKAGE = ROOT / "infra" / "dev" / "postgres"


def var_folder() -> Path:
    """The data folder; made private, since it keeps the secret key and the database's password."""
    folder = Path(os.environ.get("PEYVAND_VAR") or ROOT / "var").expanduser().absolute()
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711)  # others may pass through (the database's own user must), not look
    return folder
