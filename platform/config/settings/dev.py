"""Settings of `make run`: a machine of one's own, over plain HTTP."""

from config.settings.base import *  # noqa: F403 — settings are one flat namespace by Django's design
from config.settings.base import SECRET_KEY

SECRET_KEY = SECRET_KEY or "only-for-development"
