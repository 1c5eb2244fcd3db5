"""Django expressions for the SQL twins of `fold` and `match_key`."""

from __future__ import annotations

from django.db.models import Func, TextField


class Fold(Func):
    function = "ext.pv_fold"
    arity = 1
    output_field = TextField()


class MatchKey(Func):
    function = "ext.pv_key"
    arity = 1
    output_field = TextField()


class Said(Func):
    """All texts that a JSON object holds, folded."""

    function = "ext.pv_said"
    arity = 1
    output_field = TextField()
