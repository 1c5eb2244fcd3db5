"""Every word a person reads has its Persian, written as Persian is written (docs of the style: frontend/README.md)."""

import re
import shutil
import subprocess
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from infra.dev.translations import compile_catalogue
from tests.architecture.sources import ROOT, files, name_of

LOCALE = ROOT / "frontend" / "locale"
KEYWORDS = (
    "gettext_noop", "gettext_lazy", "ngettext_lazy:1,2", "pgettext:1c,2", "npgettext:1c,2,3", "pgettext_lazy:1c,2",
    "npgettext_lazy:1c,2,3", "_",
)  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*[^}]*\}|<[^>]+>")
#: What is written as a machine writes it, such as an ISO date, stands between marks that keep it left to right.
LEFT_TO_RIGHT = re.compile("\u200e[^\u200e]*\u200e|\u2066[^\u2069]*\u2069")
#: A word with a Latin letter, the number after one ("RFC 9457"), and the statuses of HTTP.
CODE = re.compile(
    r"\S*[A-Za-z@/_]\S*(?: \d+)?|(?<!\S)(?:20[0-247]|30[48]|40[0-9]|41[0-5]|42[29]|500|503)(?=[\s:،؛.]|$)"
)
#: Where Latin digits are shown to be chosen.
SHOWN = {
    "لاتین (123)",
    # 9 is the sign itself that one types into a mask.
    "9 یعنی رقم، A حرف بزرگ لاتین، a حرف، * حرف یا رقم: AA-9999",
    "الگو حداکثر ۶۰ نشانه دارد: 9 برای رقم، A برای حرف بزرگ، a برای حرف و * برای هر دو.",
}
HALF = "\u200c"


@cache
def persian() -> dict[tuple[str, str], Message]:
    found: dict[tuple[str, str], Message] = {}
    with catalogue("fa").open("rb") as source:
        for message in read_po(source, locale="fa", abort_invalid=True):
            if message.id:
                found[message.context or "", _first(message.id)] = message
    return found


def catalogue(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def _first(text: object) -> str:
    return str(text[0] if isinstance(text, tuple | list) else text)


def _strings(message: Message) -> list[str]:
    return [str(s) for s in (message.string if isinstance(message.string, tuple | list) else (message.string,))]


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """Everything marked for translation, as makemessages would find it, with where it stands."""
    if not shutil.which("xgettext"):
        pytest.skip("GNU gettext is not installed (Debian: gettext).")
    folder = tmp_path_factory.mktemp("messages")
    for number, path in enumerate(files(".py", ".html", ".txt")):
        text = path.read_text(encoding="utf-8")
        text = text if path.suffix == ".py" else templatize(text, origin=str(path))
        (folder / f"{number}.py").write_text(f"# {name_of(path)}\n{text}", encoding="utf-8")
    names = sorted(p.name for p in folder.glob("*.py"))
    (folder / "files").write_text("\n".join(names), encoding="utf-8")
    # The header stays: it names the encoding, without which only ASCII comes out.
    options = ["--language=Python", "--from-code=UTF-8", "--output=all.pot", "--files-from=files"]
    command = ["xgettext", *options, *(f"--keyword={k}" for k in KEYWORDS)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    template = (
        (folder / "all.pot").read_text(encoding="utf-8").replace("nplurals=INTEGER; plural=EXPRESSION", "nplurals=2")
    )
    return {
        (m.context or "", _first(m.id)): _place(folder, m.locations[0][0] if m.locations else "")
        for m in read_po(StringIO(template))
        if m.id
    }


def _place(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8").partition("\n")[0][2:] if name else ""


def test_everything_said_has_its_persian(used: dict[tuple[str, str], str]) -> None:
    missing = [
        f"{place}: {(context + ' | ') if context else ''}{text}"
        for (context, text), place in sorted(used.items(), key=lambda item: item[1])
        if not all(_strings(persian()[context, text]) if (context, text) in persian() else [""])
    ]
    assert not missing, "\n".join(missing)


def test_nothing_is_kept_that_nobody_says(used: dict[tuple[str, str], str]) -> None:
    """`make messages` takes it out."""
    assert not set(persian()) - set(used)


def test_english_holds_only_what_differs_from_the_sources(used: dict[tuple[str, str], str]) -> None:
    with catalogue("en").open("rb") as source:
        messages = [m for m in read_po(source, locale="en", abort_invalid=True) if m.id]
    assert all((m.context or "", _first(m.id)) in used and all(_strings(m)) for m in messages)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_catalogues_compile(language: str, tmp_path: Path) -> None:
    copy = tmp_path / language / "LC_MESSAGES" / "django.po"
    copy.parent.mkdir(parents=True)
    shutil.copyfile(catalogue(language), copy)
    assert compile_catalogue(copy).stat().st_size > 0


def test_no_entry_waits_to_be_looked_at() -> None:
    assert not [_first(m.id) for m in persian().values() if m.fuzzy]


def test_letters_are_persian() -> None:
    """Arabic yeh and kaf look alike, and are never found by a search. Alone they may be spoken of."""
    assert not [text for m in persian().values() for text in _strings(m) if re.search(r"\w[يك]|[يك]\w", text)]


def test_half_spaces_stand_between_letters_that_join() -> None:
    wrong = [
        text
        for message in persian().values()
        for text in _strings(message)
        if re.search(rf"{HALF}{HALF}|(?:^|[\s«(]){HALF}|{HALF}(?:$|[\s»).،؛؟])", text)
    ]
    assert not wrong


def test_digits_of_prose_are_persian() -> None:
    """Latin digits stay in codes, addresses and versions only: in words that hold a Latin letter."""
    wrong = []
    for message in persian().values():
        for text in _strings(message):
            words = LEFT_TO_RIGHT.sub(" ", PLACEHOLDER.sub(" ", text)).split()
            bare = CODE.sub(" ", " ".join(words))
            if re.search(r"[0-9٠-٩]", bare) and text not in SHOWN:
                wrong.append(text)
    assert not wrong


def test_punctuation_is_persian() -> None:
    wrong = []
    for message in persian().values():
        for text in _strings(message):
            bare = PLACEHOLDER.sub("x", text)
            if re.search(r"[آ-ی][,;?]| [،؛؟:]|[آ-ی]\s?!", bare):
                wrong.append(text)
    assert not wrong


def test_translations_fill_in_the_same_parts() -> None:
    wrong = []
    for message in persian().values():
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        known = {part for text in ids for part in re.findall(r"%\(\w+\)[sd]|\{\w*\}", str(text))}
        for text in _strings(message):
            found = set(re.findall(r"%\(\w+\)[sd]|\{\w*\}", text))
            if found - known or (len(ids) == 1 and text and known - found):
                wrong.append(f"{ids[0]} → {text}")
    assert not wrong
