"""Formulas: a small language for fields that are calculated from others. It has no loops, no names but fields and
functions, and no way out; a formula that passed the checker has a value or is blank, and never raises.

    program = build("{amount} * (1 - {x_discount})", scope, Setting("fa", "jalali", "Asia/Tehran"))
    program.evaluate({"amount": Decimal(200), "x_discount": Decimal(10)}, now).value  # 180

- **Numbers** are Decimals with 34 significant digits, rounded half away from zero; the field rounds to its places.
- **Percentages** count as fractions: a field that shows 12 % is 0.12, as 12% is.
- **Blanks**: arithmetic with a blank is blank (what is missing is not zero; COALESCE says otherwise). `&`, CONCAT, MIN
  and MAX leave blanks out. Two blanks are equal, a blank is neither smaller nor larger than anything, a blank
  condition is not true. "" is blank.
- **No answer** (division by zero, a day that does not exist, a number too large) is blank, with a reason.
- **Texts** compare as search does, without case and letter variants. Choices compare by value or label.
- **TODAY and NOW** make a formula volatile: its result is that of the last night or the last change.
"""

from kernel.formula.checker import Checked, check
from kernel.formula.errors import REASONS, FormulaError, Issue, Place, place_of
from kernel.formula.functions import Function, book
from kernel.formula.parser import parse
from kernel.formula.printer import show
from kernel.formula.program import KEPT_AS, Program, Result, build, keeper
from kernel.formula.runtime import Setting
from kernel.formula.scope import Known, Scope
from kernel.formula.types import Type, type_of_kind

__all__ = [
    "KEPT_AS", "REASONS", "Checked", "FormulaError", "Function", "Issue", "Known", "Place", "Program", "Result",
    "Scope", "Setting", "Type", "book", "build", "check", "keeper", "parse", "place_of", "show", "type_of_kind",
]  # fmt: skip
