"""XLSX: typed cells, sheets, formulas, and files made to do harm."""

import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from crm.imports.reader import LIMITS, BadFile, ReadOptions, open_table, text_of
from tests.crm.imports.files import bomb, make_xlsx, rezip

ROWS: list[list[Any]] = [
    ["name", "amount", "since", "active"],
    ["Acme", 1054, datetime(2017, 3, 1), True],
    ["Gekko & Co", 0.1, datetime(2017, 3, 1, 14, 30), False],
    ["فولاد زاگرس", "۱۲", None, None],
]


def code_of(path: Path, **kwargs: object) -> str:
    with pytest.raises(BadFile) as caught:
        list(open_table(path, path.name, **kwargs).rows())  # type: ignore[arg-type]  # options and limits by name
    assert str(caught.value.problems["file"][0])
    return caught.value.code


def test_cells_keep_their_types(tmp_path: Path) -> None:
    table = open_table(make_xlsx(tmp_path / "a.xlsx", {"Data": ROWS}))
    rows = list(table.rows())
    assert table.meta.kind == "xlsx"
    assert rows[0].cells == ["Acme", 1054, datetime(2017, 3, 1), True]
    assert rows[2].cells == ["فولاد زاگرس", "۱۲", None, None]
    assert [text_of(cell) for cell in rows[0].cells] == ["Acme", "1054", "2017-03-01", "true"]
    assert [text_of(cell) for cell in rows[1].cells[1:3]] == ["0.1", "2017-03-01 14:30:00"]
    assert text_of(date(2017, 3, 1)) == "2017-03-01"
    assert text_of(12.0) == "12"


def test_the_first_sheet_that_holds_anything(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "a.xlsx", {"Cover": [], "Data": ROWS, "Other": [["x"], [1]]})
    assert open_table(path).meta.sheet == "Data"
    assert open_table(path).meta.sheets == ("Cover", "Data", "Other")
    assert open_table(path, options=ReadOptions(sheet="Other")).columns[0].name == "x"
    assert code_of(path, options=ReadOptions(sheet="Nowhere")) == "unknown_sheet"


def test_headings_further_down_and_gaps(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "a.xlsx", {"Data": [[], [None, None], ["a", "b"], [1, 2], [], [3, 4]]})
    table = open_table(path)
    assert table.meta.heading_row == 3
    assert [(row.number, row.cells) for row in table.rows()] == [(4, [1, 2]), (6, [3, 4])]


def test_merged_cells(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "a.xlsx", {"Data": [["a", "b"], ["x", None], ["y", "z"]]}, merge="A2:B2")
    assert [row.cells for row in open_table(path).rows()] == [["x", None], ["y", "z"]]


def test_formulas_give_their_saved_value(tmp_path: Path) -> None:
    plain = make_xlsx(tmp_path / "a.xlsx", {"Data": [["a", "b"], [1, 2]]})
    with zipfile.ZipFile(plain) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    sheet = sheet.replace('<c r="B2" t="n"><v>2</v></c>', '<c r="B2"><f>A2*21</f><v>21</v></c>')
    assert "<f>" in sheet
    path = rezip(plain, tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": sheet.encode()})
    assert next(open_table(path).rows()).cells == [1, 21]


def test_a_csv_named_xlsx_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("a,b\n1,2\n")
    assert open_table(path, "a.xlsx").meta.kind == "csv"


def test_empty_workbooks(tmp_path: Path) -> None:
    assert code_of(make_xlsx(tmp_path / "a.xlsx", {"Data": []})) == "empty_file"
    assert code_of(make_xlsx(tmp_path / "b.xlsx", {"Data": [["a", "b"]]})) == "no_rows"


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    small = make_xlsx(tmp_path / "a.xlsx", {"Data": ROWS})
    path = bomb(tmp_path / "b.xlsx", small)
    assert path.stat().st_size < 200_000
    assert code_of(path) == "zip_bomb"
    many = rezip(small, tmp_path / "c.xlsx", {f"xl/media/{i}.xml": b"" for i in range(2_001)})
    assert code_of(many) == "zip_bomb"
    assert code_of(small, limits=replace(LIMITS, max_unzipped=1000)) == "zip_bomb"


def test_parts_kept_in_memory_have_a_limit(tmp_path: Path) -> None:
    small = make_xlsx(tmp_path / "a.xlsx", {"Data": ROWS})
    shared = {"xl/sharedStrings.xml": b"<sst/>" * 10}
    assert (
        code_of(rezip(small, tmp_path / "b.xlsx", shared), limits=replace(LIMITS, max_shared_strings=10)) == "too_large"
    )
    assert code_of(small, limits=replace(LIMITS, max_styles=10)) == "too_large"


def test_entities_of_xml_are_refused(tmp_path: Path) -> None:
    small = make_xlsx(tmp_path / "a.xlsx", {"Data": ROWS})
    with zipfile.ZipFile(small) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    lol = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    hostile = rezip(small, tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": (lol + sheet).encode()})
    assert code_of(hostile) == "damaged"


def test_other_archives_and_broken_ones(tmp_path: Path) -> None:
    small = make_xlsx(tmp_path / "a.xlsx", {"Data": ROWS})
    archive = tmp_path / "photos.xlsx"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("photo.png", b"\x89PNG")
    assert code_of(archive) == "not_a_table"
    word = tmp_path / "letter.xlsx"
    with zipfile.ZipFile(word, "w") as target:
        target.writestr("[Content_Types].xml", b"<Types/>")
        target.writestr("word/document.xml", b"<w/>")
    with pytest.raises(BadFile, match="Word"):
        open_table(word)
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(small.read_bytes()[: small.stat().st_size // 2])
    assert code_of(cut) == "damaged"
    assert code_of(rezip(small, tmp_path / "no.xlsx", {}, drop=["xl/workbook.xml"])) == "damaged"
    assert code_of(rezip(small, tmp_path / "bad.xlsx", {"xl/worksheets/sheet1.xml": b"<worksheet><she"})) == "damaged"


def test_a_row_number_from_another_world(tmp_path: Path) -> None:
    small = make_xlsx(tmp_path / "a.xlsx", {"Data": ROWS})
    with zipfile.ZipFile(small) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    far = sheet.replace("</sheetData>", '<row r="2000000000"><c r="A2000000000" t="n"><v>1</v></c></row></sheetData>')
    path = rezip(small, tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": far.encode()})
    assert code_of(path) in ("too_many_rows", "damaged")
