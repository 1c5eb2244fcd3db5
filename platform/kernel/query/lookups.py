"""`column__folded="…"`: contains, blind to letter forms, digits, half-spaces and case."""

from typing import Any

from django.db.models import CharField, JSONField, Lookup, TextField

from kernel.models import TITLE_LETTERS
from kernel.search.matching import INSIDE
from kernel.text.folding import fold


def like_pattern(folded: str) -> str:
    """A LIKE pattern for "contains", with the signs that LIKE gives a meaning made plain."""
    plain = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def _word_pattern(folded: str) -> str:
    return "% " + like_pattern(folded)[1:]


@CharField.register_lookup
@TextField.register_lookup
class Folded(Lookup):
    lookup_name = "folded"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, params = self.process_lhs(compiler, connection)
        letters = fold(str(self.rhs))
        if len(letters) < INSIDE:  # of so few an index of trigrams says "anywhere", and would be read from end to end
            return f"position(%s in ext.pv_fold({left})) <> 0", (letters, *params)
        return f"ext.pv_fold({left}) LIKE %s", (*params, like_pattern(letters))


@CharField.register_lookup
@TextField.register_lookup
class Within(Lookup):
    """What `folded` asks, where an index has found the rows already by other means (`holds`).

    Of two LIKEs the planner multiplies the shares, as though they had nothing to do with each other: of 56,000 names
    that hold a word it expected four. Of a position it knows nothing, and takes nearly all to differ from nought.
    """

    lookup_name = "within"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"position(%s in ext.pv_fold({left})) <> 0", (fold(str(self.rhs)), *params)


@CharField.register_lookup
@TextField.register_lookup
class Reads(Lookup):
    """Folded, it holds these letters, or a word of it begins with them where they are few. Never unknown: of "unknown
    and x" the server asks x too, which would be the texts of every record where one of its fields is empty.

    No index answers: others narrow the rows first.
    """

    lookup_name = "reads"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, params = self.process_lhs(compiler, connection)
        letters = str(self.rhs)
        pattern = like_pattern(letters) if len(letters) >= INSIDE else _word_pattern(letters)
        return f"COALESCE(' ' || ext.pv_fold({left}) LIKE %s, false)", (*params, pattern)


@CharField.register_lookup
@TextField.register_lookup
class Holds(Lookup):
    """Contains, over a column that is folded already; uses its trigram index."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} LIKE %s", (*params, like_pattern(str(self.rhs)))


@TextField.register_lookup
class Begins(Lookup):
    """Begins with a prepared LIKE pattern, over a folded column."""

    lookup_name = "begins"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} LIKE %s", (*params, str(self.rhs))


@TextField.register_lookup
class Titled(Lookup):
    """A title that begins with a prepared LIKE pattern: what a `TitleIndex` finds."""

    lookup_name = "titled"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f'left({left}, {TITLE_LETTERS}) COLLATE "C" LIKE %s', (*params, str(self.rhs))


@JSONField.register_lookup
class Says(Lookup):
    """Holds these folded letters in one of its texts: what an `own_text_index` finds."""

    lookup_name = "says"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"(NOT ({left} = '{{}}'::jsonb) AND ext.pv_said({left}) LIKE %s)", (*params, like_pattern(str(self.rhs)))


@JSONField.register_lookup
class SaysWord(Lookup):
    """A word in one of its texts begins with these folded letters. Of two letters within a word the index knows
    nothing, and every record would be read.
    """

    lookup_name = "says_word"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, params = self.process_lhs(compiler, connection)
        said, begin = f"ext.pv_said({left})", like_pattern(str(self.rhs))[1:]
        patterns = (*params, *params, begin, *params, f"% {begin}")
        return f"(NOT ({left} = '{{}}'::jsonb) AND ({said} LIKE %s OR {said} LIKE %s))", patterns
