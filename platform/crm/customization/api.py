"""The formula editor's two questions: what may I write, and what does this give?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.representation import scalar
from api.views.base import ApiView
from crm.customization.preview import as_json, preview_formula, vocabulary
from kernel.audit import plain
from kernel.errors import Invalid

_ASKED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "entity": {"type": "string", "examples": ["deal"]},
        "source": {"type": "string", "examples": ["{amount} * 2"]},
        "kind": {"type": "string", "description": "The kind of field that will keep the result"},
        "name": {"type": "string", "description": "The field that it is for, to find circles"},
        "places": {"type": ["integer", "null"], "minimum": 0, "maximum": 10},
    },
    "required": ["entity", "source"],
}
_TEXT: dict[str, Any] = {"type": "string"}
_ISSUE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "code": _TEXT, "message": _TEXT, "error": {"type": "boolean"}, "start": {"type": "integer"},
        "end": {"type": "integer"}, "line": {"type": "integer"}, "column": {"type": "integer"}, "text": _TEXT,
        "caret": _TEXT, "suggestion": _TEXT,
    },
}  # fmt: skip
_SAMPLE: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"type": "string", "format": "uuid"}, "title": _TEXT, "value": {}, "text": _TEXT,
                   "reason": _TEXT, "why": _TEXT},
}  # fmt: skip
_ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "ok": {"type": "boolean"}, "type": _TEXT, "type_label": _TEXT, "kinds": {"type": "array", "items": _TEXT},
        "source": _TEXT, "volatile": {"type": "boolean"}, "volatile_hint": _TEXT,
        "fields": {"type": "array", "items": _TEXT}, "issues": {"type": "array", "items": _ISSUE},
        "samples": {"type": "array", "items": _SAMPLE},
    },
}  # fmt: skip
_WORDS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "fields": {"type": "array", "items": {"type": "object"}},
        "functions": {"type": "array", "items": {"type": "object"}},
        "words": {"type": "array", "items": _TEXT},
    },
}


class PreviewView(ApiView):
    @extend_schema(
        operation_id="formulas_preview", summary=str(_("Try a formula")), request={"application/json": _ASKED},
        responses={200: _ANSWER},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Nothing is kept. A formula with mistakes is no error here: they are what was asked for."""
        data = request.data if isinstance(request.data, dict) else {}
        given = {name: data.get(name, "") for name in ("entity", "source", "kind", "name")}
        places = data.get("places")
        if not all(isinstance(text, str) for text in given.values()) or not isinstance(places, int | None):
            raise Invalid.one("source", "type", _("“entity” and “source” are texts."))
        shown = preview_formula(actor=self.actor, places=places, **given)
        for sample in shown.samples:
            value = sample["value"]
            sample |= {"id": str(sample["id"]), "value": scalar(plain(value) if isinstance(value, Decimal) else value)}
        return Response(as_json(shown))


class VocabularyView(ApiView):
    @extend_schema(operation_id="formulas_vocabulary", summary=str(_("What formulas may say")), responses={200: _WORDS})
    def get(self, request: Request, entity: str) -> Response:
        return Response(vocabulary(actor=self.actor, entity=entity))


urlpatterns = [
    path("formulas/preview/", PreviewView.as_view(), name="api-formula-preview"),
    path("formulas/vocabulary/<str:entity>/", VocabularyView.as_view(), name="api-formula-vocabulary"),
]
