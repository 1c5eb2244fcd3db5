"""From text to tokens. Digits of any script, quotes and signs as both languages write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kernel.formula.errors import FormulaError, Issue
from kernel.text.digits import to_latin

MAX_LENGTH = 4000
QUOTES = {'"': '"', "«": "»", "“": "”", "'": "'"}
_SAME = {"×": "*", "÷": "/", "−": "-", "≠": "<>", "≤": "<=", "≥": ">=", "!=": "<>", "==": "=", "؛": ",", ";": ",",
         "،": ",", "٪": "%"}  # fmt: skip
_SIGN = re.compile(r"<>|<=|>=|!=|==|[-+*/^&=<>(),;%٪؛،×÷−≠≤≥]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?")
_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:٬[0-9]{3})+|[0-9]+)(?:[.٫][0-9]+)?|[.٫][0-9]+", re.ASCII)
_WITH_COMMA = re.compile(r"(?:[0-9]{1,3}(?:٬[0-9]{3})+|[0-9]+)(?:[.,٫][0-9]+)?|[.٫][0-9]+", re.ASCII)
_WORDS = {"and", "or", "not", "true", "false", "blank", "null"}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # number, text, field, name, word, sign, end
    value: str
    start: int
    end: int


def tokens(source: str) -> list[Token]:
    """All tokens with an "end" behind them; FormulaError for what is no formula at all."""
    if len(source) > MAX_LENGTH:
        message = format_lazy(_("The formula is too long. At most {limit} characters fit."), limit=MAX_LENGTH)
        raise FormulaError([Issue("too_long", message, MAX_LENGTH, MAX_LENGTH + 1)], source[:MAX_LENGTH])
    return [*_Lexer(source).run(), Token("end", "", len(source), len(source))]


class _Lexer:
    def __init__(self, source: str) -> None:
        self.source, self.text, self.at = source, to_latin(source), 0
        #: For every open bracket whether it holds arguments: between them a comma separates, elsewhere it is a mark.
        self.calls: list[bool] = []
        self.semicolons = bool(re.search("[;؛]", re.sub(r"\"[^\"]*\"|«[^»]*»|“[^”]*”|'[^']*'", "", source)))
        self.last: Token | None = None

    def run(self) -> Iterator[Token]:
        while True:
            while self.at < len(self.text) and _is_space(self.text[self.at]):
                self.at += 1
            if self.at >= len(self.text):
                return
            self.last = self._next()
            yield self.last

    def _next(self) -> Token:
        sign = self.text[self.at]
        if sign in QUOTES:
            return self._quoted(QUOTES[sign])
        if sign == "{":
            return self._braces()
        comma = self.semicolons or not (self.calls and self.calls[-1])
        for kind, pattern in (("number", _WITH_COMMA if comma else _NUMBER), ("name", _NAME), ("sign", _SIGN)):
            if match := pattern.match(self.text, self.at):
                return self._token(kind, match[0])
        raise self._bad(sign)

    def _token(self, kind: str, text: str) -> Token:
        start = self.at
        self.at += len(text)
        if kind == "number":
            text = text.replace("٬", "").replace("٫", ".").replace(",", ".")
        elif kind == "sign":
            text = _SAME.get(text, text)
            if text == "(":
                self.calls.append(self.last is not None and self.last.kind in ("name", "word"))
            elif text == ")" and self.calls:
                self.calls.pop()
        elif text.lower() in _WORDS:
            kind, text = "word", text.lower()
        return Token(kind, text, start, self.at)

    def _quoted(self, closing: str) -> Token:
        """Text in quotes; a straight quote inside straight quotes is written twice."""
        start, parts = self.at, []
        self.at += 1
        while True:
            end = self.source.find(closing, self.at)
            if end < 0:
                raise self._error("unclosed_text", _("A text begins here and does not end. Close its quotes."), start)
            parts.append(self.source[self.at : end])
            self.at = end + 1
            if closing not in "\"'" or not self.source.startswith(closing, self.at):
                break
            parts.append(closing)
            self.at += 1
        text = "".join(parts)
        if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text):
            raise self._error("bad_sign", _("This text holds a sign that cannot be kept."), start)
        return Token("text", text, start, self.at)

    def _braces(self) -> Token:
        start = self.at
        match = re.compile(r"\{([^{}\n]{1,200})\}").match(self.source, start)
        if match is None or not (name := _tidy(match[1])):
            message = _("A field is written in braces, for example {amount}.")
            raise self._error("bad_field", message, start)
        self.at = match.end()
        return Token("field", name, start, self.at)

    def _bad(self, sign: str) -> FormulaError:
        if sign.isalpha():
            end = self.at
            while end < len(self.text) and self.text[end].isalpha():
                end += 1
            word = self.source[self.at : end]
            message = _("Text stands in quotes, a field in braces.")
            return self._error("bare_word", message, self.at, end, f"«{word}»")
        if sign == "}":
            return self._error("bad_field", _("A field is written in braces, for example {amount}."), self.at)
        return self._error("bad_sign", _("This sign has no place in a formula."), self.at)

    def _error(self, code: str, message: object, start: int, end: int | None = None, hint: str = "") -> FormulaError:
        issue = Issue(code, message, start, start + 1 if end is None else end, hint)  # type: ignore[arg-type] # a lazy text of gettext
        return FormulaError([issue], self.source)


def _is_space(sign: str) -> bool:
    """Marks of direction and joiners stand between tokens wherever Persian and Latin are typed together."""
    return sign.isspace() or unicodedata.category(sign) == "Cf"


def _tidy(name: str) -> str:
    """A field's name without spaces and marks at the edges of its parts."""
    parts = ["".join(s for s in part if s == "\u200c" or not _is_format(s)) for part in name.split(".")]
    parts = [re.sub(r"\s+", " ", part).strip(" \u200c") for part in parts]
    return ".".join(parts) if all(parts) and all(part.isprintable() or "\u200c" in part for part in parts) else ""


def _is_format(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cf", "Cc")
