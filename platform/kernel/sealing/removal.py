"""Removing old lines by policy, so that the chain can still be checked: seals stay and say, signed, what is gone."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from kernel.models import AuditEntry, AuditSeal
from kernel.sealing.chain import gone_text, key_id, sign
from kernel.sealing.seal import sealing_stopped
from kernel.sealing.verify import is_broken


def remove_lines(which: Q, *, until: datetime, after: int, most: int = 20) -> tuple[int, int]:
    """Remove sealed lines `which` from before `until`, in the seals that follow number `after`.

    Answers the last seal looked at (`after` again when there are no more) and how many lines went.
    """
    with sealing_stopped():
        seals = list(AuditSeal.objects.filter(number__gt=after, sealed_at__lte=until).order_by("number")[:most])
        removed = sum(_remove(seal, which, until) for seal in seals if seal.ids)
    return (seals[-1].number if seals else after), removed


def _remove(seal: AuditSeal, which: Q, until: datetime) -> int:
    rows = AuditEntry.objects.filter(which, at__lt=until, pk__in=seal.ids)
    place = {pk: n for n, pk in enumerate(seal.ids, start=1)}
    going = list(rows.values_list("pk", flat=True))
    if not going or is_broken(seal):  # who looks into it shall find it
        return 0
    AuditEntry.objects.filter(pk__in=going).delete()
    positions = {n for first, last in seal.gone for n in range(first, last + 1)} | {place[pk] for pk in going}
    seal.gone, seal.gone_until = _ranges(positions), until
    if len(positions) == seal.count:
        seal.ids, seal.hashes = [], b""
    seal.gone_signature = f"{key_id()}:{sign(gone_text(seal))}"
    seal.save(update_fields=["gone", "gone_until", "gone_signature", "ids", "hashes"])
    return len(going)


def _ranges(numbers: Iterable[int]) -> list[list[int]]:
    ranges: list[list[int]] = []
    for n in sorted(numbers):
        if ranges and ranges[-1][1] == n - 1:
            ranges[-1][1] = n
        else:
            ranges.append([n, n])
    return ranges
