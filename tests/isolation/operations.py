"""Every operation of the OpenAPI document, filled with another workspace's ids wherever it takes one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.registry import registry
from tests.isolation.planting import OWN_PLURAL

METHODS = ("get", "post", "put", "patch", "delete")
#: By which names an operation asks for something that is no entity.
OTHER = {
    "token": "identity.ApiToken", "batch": "kernel.AuditEntry", "run": "crm.ImportRun", "job": "kernel.Job",
    "archive": "an upload", "to": "identity.User",
}  # fmt: skip
PATHS = {
    "invitations": "identity.Invitation", "imports": "crm.ImportRun", "archives": "an archive", "restores": "a restore",
    "custom-fields": "crm.CustomField", "custom-objects": "crm.CustomObject", "custom-relations": "a relation",
    "undo": "kernel.AuditEntry",
}  # fmt: skip
#: What a text must say for the rest to count: the name of the neighbour's own workspace.
SAID = {"confirm": "plain"}


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    body: Any
    media: str
    #: Where a foreign id stands: of "path", "query", "body".
    places: tuple[str, ...]


def operations(document: dict[str, Any], ids: dict[str, Any]) -> Iterator[Operation]:
    filler = _Filler(document, ids)
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield filler.operation(path, method, methods[method])


class _Filler:
    def __init__(self, document: dict[str, Any], ids: dict[str, Any]) -> None:
        self.document, self.ids = document, ids
        self.used = False

    def operation(self, path: str, method: str, found: dict[str, Any]) -> Operation:
        places = []
        address = path
        for name in [p["name"] for p in found.get("parameters", []) if p["in"] == "path"]:
            address = address.replace(f"{{{name}}}", str(self._id_in(path)) if name == "id" else "qq")
            places += ["path"] if name == "id" else []
        query = {
            p["name"]: self._value(p["name"], p["schema"])
            for p in found.get("parameters", [])
            if p["in"] == "query" and self._target(p["name"].partition("__")[0])
        }
        places += ["query"] if query else []
        media = next(iter(found.get("requestBody", {}).get("content", {})), "")
        self.used = False
        body = self._value("", found["requestBody"]["content"][media]["schema"]) if media else None
        places += ["body"] if self.used else []
        address += f"?{urlencode(query)}" if query else ""
        return Operation(found["operationId"], method.upper(), address, body, media, tuple(places))

    def _id_in(self, path: str) -> Any:
        parts = path.split("/")
        if parts[3] == OWN_PLURAL:
            return self.ids["crm.CustomRecord"]
        entity = next((e for e in registry.entities if e.plural == parts[3]), None)
        other = next((PATHS[part] for part in parts if part in PATHS), "crm.Account")
        return self.ids[entity.model_class._meta.label if entity else other]

    def _target(self, name: str) -> Any:
        """The foreign id that this name asks for, or None."""
        if name in OTHER:
            return self.ids[OTHER[name]]
        targets = [f.target for e in registry.entities for f in e.all_fields.values() if f.name == name and f.target]
        if targets:
            return self.ids[registry.entity(targets[0]).model_class._meta.label]
        return self.ids["crm.Account"] if name in ("id", "ids") else None

    def _value(self, name: str, schema: dict[str, Any]) -> Any:
        if "$ref" in schema:
            return self._value(name, self._resolved(schema["$ref"]))
        for way in ("oneOf", "anyOf", "allOf"):
            if way in schema:
                chosen = [one for one in schema[way] if one.get("type") != "null"]
                return self._value(name, {**chosen[0], **{k: v for k, v in schema.items() if k != way}})
        if (target := self._target(name)) is not None:
            self.used = True
            many = "array" in _types(schema)
            return [str(target)] if many else str(target)
        return self._plain(name, schema)

    def _plain(self, name: str, schema: dict[str, Any]) -> Any:
        types = _types(schema)
        if name in SAID:
            return SAID[name]
        if schema.get("format") == "binary":
            return SimpleUploadedFile("ours.csv", b"name\nOurs\n", "text/csv")
        if "enum" in schema:
            return schema["enum"][0]
        if "array" in types:
            return [self._value(name, schema.get("items", {}))]
        if "object" in types or "properties" in schema:
            inner = schema.get("properties", {})
            if "archive" in inner:  # or a file: the one that is named is what we are after
                inner = {key: one for key, one in inner.items() if key != "file"}
            return {key: self._value(key, one) for key, one in inner.items() if not one.get("readOnly")}
        by_type = {"integer": 1, "number": 1, "boolean": True}
        by_format = {
            "email": "ours@example.com", "date": "2026-01-01", "date-time": "2026-01-01T00:00:00Z",
            "uri": "https://ours.example/", "decimal": "1", "uuid": str(UUID(int=1)),
        }  # fmt: skip
        known = next((by_type[one] for one in types if one in by_type), None)
        return by_format.get(schema.get("format", ""), "Ours") if known is None else known

    def _resolved(self, ref: str) -> dict[str, Any]:
        found: Any = self.document
        for part in ref.removeprefix("#/").split("/"):
            found = found[part]
        return dict(found)


def _types(schema: dict[str, Any]) -> list[str]:
    found = schema.get("type", "")
    return found if isinstance(found, list) else [found]
