"""A reader's language and habits, carried into a job that works for them: "this month" and "12 toman" mean the same."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from django.utils.translation import get_language, override

from kernel.formats import Locale, get_locale, use_locale


def carry() -> dict[str, Any]:
    """What the job's payload keeps."""
    locale = get_locale()
    kept = {f.name: getattr(locale, f.name) for f in fields(Locale)}
    return {"said_in": get_language() or "en", "locale": {**kept, "weekend": sorted(locale.weekend)}}


@contextmanager
def carried(payload: Mapping[str, Any]) -> Iterator[None]:
    kept = dict(payload["locale"])
    kept["weekend"] = frozenset(kept["weekend"])
    with override(payload["said_in"]), use_locale(Locale(**kept)):
        yield
