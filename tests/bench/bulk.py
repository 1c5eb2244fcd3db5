"""The API's bulk upsert: records made, changed and left alone. Budget: 3,000 rows a second."""

from collections.abc import Iterator
from typing import Any

from tests.bench.measure import Reading, long_watch, progress, unlimited
from tests.bench.sizes import Size
from tests.factories import Api, api_client, make_workspace

_CITIES = ("Tehran", "Ahvaz", "Oslo", "Hamburg", "تبریز", "شیراز")


def run(size: Size) -> Iterator[Reading]:
    organization, admin = make_workspace()
    client = api_client(admin, organization.as_tenant())
    rows = size.bulk_rows
    contacts = [_contact(n) for n in range(rows)]
    changed = [{**contact, "job_title": "Director"} for contact in contacts]
    with unlimited():
        accounts = [{"name": f"Company {n}", "city": _CITIES[n % 6], "employees": n} for n in range(rows // 10)]
        _send(client, "accounts", "name", accounts)
        for metric, kind, records in (("made", "made", contacts), ("changed", "changed", changed),
                                      ("unchanged", "unchanged", changed)):  # fmt: skip
            progress(f"{rows} contacts {metric}")
            with long_watch() as watch:
                counts = _send(client, "contacts", "email", records)
            if counts[kind] != rows:
                raise AssertionError(f"{counts[kind]} of {rows} {kind}")
            context = {"budget": 3000, "entity": "contact", **watch.told()}
            yield Reading("bulk", metric, rows / watch.seconds, "rows/s", rows, context)


def _contact(n: int) -> dict[str, Any]:
    return {
        "first_name": f"First{n % 997}", "last_name": f"Family{n}", "email": f"person{n}@example.com",
        "mobile": f"+98912{n:07d}", "city": _CITIES[n % 6], "job_title": "Buyer",
        "account": {"name": f"Company {n % max(1, n // 10)}"} if n > 10 else None,
        "birthday": f"19{60 + n % 40}-0{1 + n % 9}-15",
    }  # fmt: skip


def _send(client: Api, path: str, match: str, records: list[dict[str, Any]]) -> dict[str, int]:
    response = client.post(f"/api/v1/{path}/bulk/", {"match": match, "records": records})
    if response.status_code != 200:
        raise AssertionError(response.content[:500])
    answer = response.json()
    if answer["refused"]:
        raise AssertionError(next(one for one in answer["results"] if one["kind"] == "refused"))
    return {kind: answer[kind] for kind in ("made", "changed", "unchanged")}
