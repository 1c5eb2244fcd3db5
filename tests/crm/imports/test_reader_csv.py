"""CSV as it comes: encodings, delimiters, ragged rows, quotes, and what is no CSV at all."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.imports.reader import LIMITS, BadFile, ReadOptions, Row, Table, open_table
from tests.crm.imports.files import FAR_TOO_OLD, PDF, PERSIAN, PNG, text_of, write


def read(path: Path, **kwargs: object) -> tuple[Table, list[Row]]:
    table = open_table(path, path.name, **kwargs)  # type: ignore[arg-type]  # options and limits by name
    return table, list(table.rows())


@pytest.mark.parametrize(
    ("encoding", "bom", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
    ],
)
def test_unicode_in_every_dress(tmp_path: Path, encoding: str, bom: bytes, found: str) -> None:
    # Latin letters among the Persian ones are what betrays UTF-16 without a mark.
    rows = [["name", "city"], *(row[:2] for row in PERSIAN[1:]), ["Acme Corporation of Ahvaz", "Ahvaz, Khuzestan"]]
    table, read_rows = read(write(tmp_path / "a.csv", bom + text_of(rows).encode(encoding)))
    assert table.meta.encoding == found
    assert [column.name for column in table.columns] == ["name", "city"]
    assert [row.cells for row in read_rows] == rows[1:]


def test_windows_1256_with_persian_letters(tmp_path: Path) -> None:
    arabic = str.maketrans("ی۰۱۲۳۴۵۶۷۸۹ٔ٬", "ي0123456789 ,")
    rows = [[cell.translate(arabic) for cell in row] for row in PERSIAN]
    table, read_rows = read(write(tmp_path / "a.csv", text_of(rows), "cp1256"))
    assert table.meta.encoding == "cp1256"
    assert table.columns[0].name == rows[0][0]
    assert read_rows[2].cells[0] == "چاپ ژرف"
    assert read_rows[0].cells[0] == "پمپ‌سازان البرز"


def test_windows_1252(tmp_path: Path) -> None:
    table, rows = read(write(tmp_path / "a.csv", text_of([["nom", "ville"], ["Société Éclair", "Besançon"]]), "cp1252"))
    assert table.meta.encoding == "cp1252"
    assert rows[0].cells == ["Société Éclair", "Besançon"]


def test_other_encoding_far_down_is_seen(tmp_path: Path) -> None:
    rows = [["name", "city"], *[["Acme", "Ahvaz"]] * 60_000]
    content = text_of(rows).encode() + "شركت,اهواز\r\n".encode("cp1256")
    table, read_rows = read(write(tmp_path / "a.csv", content))
    assert table.meta.encoding == "cp1256"
    assert read_rows[-1].cells == ["شركت", "اهواز"]


def test_the_encoding_may_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", text_of([["a", "b"], ["é", "1"]]), "cp1252")
    assert read(path, options=ReadOptions(encoding="cp1256"))[0].meta.encoding == "cp1256"
    with pytest.raises(BadFile) as caught:
        read(path, options=ReadOptions(encoding="rot13"))
    assert caught.value.code == "unknown_encoding"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    rows = [["name", "amount", "note"], ["A", "1,5", "x; y"], ["B", "2,5", "u, v | w"], ["C", "3", ""]]
    table, read_rows = read(write(tmp_path / "a.csv", text_of(rows, delimiter)))
    assert table.meta.delimiter == delimiter
    assert [row.cells for row in read_rows] == rows[1:]


def test_excels_sep_line_names_the_delimiter(tmp_path: Path) -> None:
    table, rows = read(write(tmp_path / "a.csv", "sep=;\r\nname;city\r\nA;B\r\n"))
    assert [column.name for column in table.columns] == ["name", "city"]
    assert rows[0].number == 3


def test_one_column_has_no_delimiter(tmp_path: Path) -> None:
    table, rows = read(write(tmp_path / "a.csv", "name\nAcme\nBetatech\n"))
    assert [column.name for column in table.columns] == ["name"]
    assert [row.cells for row in rows] == [["Acme"], ["Betatech"]]


def test_ragged_rows(tmp_path: Path) -> None:
    table, rows = read(write(tmp_path / "a.csv", "a,b,c\n1,2,3\n1\n1,2,3,4\n1,2,3,,\n\n,,\n7,8,9\n"))
    assert len(table.columns) == 3
    assert rows[1].cells == ["1", None, None]
    assert rows[1].padded
    assert rows[2].problem is not None
    assert rows[2].problem.code == "row_too_long"
    assert rows[3].cells == ["1", "2", "3"]
    assert rows[3].problem is None
    assert [row.number for row in rows] == [2, 3, 4, 5, 8]  # blank rows are counted by number, never read as rows


def test_quotes(tmp_path: Path) -> None:
    content = 'name,note\n"Gekko, ""Co""","two\nlines"\nplain,a "b" c\n'
    _table, rows = read(write(tmp_path / "a.csv", content))
    assert rows[0].cells == ['Gekko, "Co"', "two\nlines"]
    assert rows[1].cells == ["plain", 'a "b" c']


def test_a_quote_never_closed_costs_its_own_row(tmp_path: Path) -> None:
    content = 'name,note\nA,1\n"B,2\nC,3\nD,4\n'
    _table, rows = read(write(tmp_path / "a.csv", content))
    assert [(row.number, row.problem.code if row.problem else row.cells[0]) for row in rows] == [
        (2, "A"), (3, "unclosed_quote"), (4, "C"), (5, "D"),
    ]  # fmt: skip


def test_a_quote_never_closed_in_a_long_file(tmp_path: Path) -> None:
    content = 'name,note\n"B,2\n' + "C,3\n" * 30_000
    _table, rows = read(write(tmp_path / "a.csv", content))
    assert len(rows) == 30_001
    assert [row.problem is None for row in rows[:3]] == [False, True, True]


def test_headings_become_unique(tmp_path: Path) -> None:
    table, _rows = read(write(tmp_path / "a.csv", "Name,name,,Name (2),\n1,2,3,4,5\n"))
    assert [column.name for column in table.columns] == ["Name", "name (2)", "(C)", "Name (2) (2)", "(E)"]
    assert [column.blank for column in table.columns] == [False, False, True, False, True]


def test_trailing_empty_columns_are_left_out(tmp_path: Path) -> None:
    table, rows = read(write(tmp_path / "a.csv", "a,b,,,\n1,2,,,\n"))
    assert len(table.columns) == 2
    assert rows[0].cells == ["1", "2"]


def test_500_columns_and_the_limit(tmp_path: Path) -> None:
    wide = [[f"c{i}" for i in range(500)], ["x"] * 500]
    assert len(read(write(tmp_path / "a.csv", text_of(wide)))[0].columns) == 500
    wider = [[f"c{i}" for i in range(1001)], ["x"] * 1001]
    with pytest.raises(BadFile) as caught:
        read(write(tmp_path / "b.csv", text_of(wider)))
    assert caught.value.code == "too_many_columns"
    assert "1,001" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"\r\n \r\n,,\r\n", "empty_file"),
        (b"name,city\r\n", "no_rows"),
        (b"name,city\r\n,\r\n\r\n", "no_rows"),
        (PDF, "not_a_table"),
        (PNG, "not_a_table"),
        (FAR_TOO_OLD, "old_excel"),
        (b"<!DOCTYPE html><html><table>", "not_a_table"),
        (b"PK\x03\x04 broken", "damaged"),
        (bytes(range(32)) * 40, "not_a_table"),
        (b'"name,city\r\nA,B\r\n', "bad_headings"),
    ],
)
def test_what_is_no_table_is_told_by_its_bytes(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(BadFile) as caught:
        read(write(tmp_path / "customers.csv", content))
    assert caught.value.code == code
    assert str(caught.value.problems["file"][0])


def test_nul_bytes_and_broken_letters_refuse_their_row(tmp_path: Path) -> None:
    _table, rows = read(write(tmp_path / "a.csv", b"name,city\nA,B\nC\x00D,E\nF,G\n"))
    assert [row.problem.code if row.problem else "" for row in rows] == ["", "bad_characters", ""]
    _table, rows = read(write(tmp_path / "b.csv", b"\xef\xbb\xbfname,city\nA,B\nC\xff,E\nF,G\n"))
    assert [row.problem.code if row.problem else "" for row in rows] == ["", "bad_characters", ""]


def test_cells_and_lines_beyond_measure(tmp_path: Path) -> None:
    content = "name,city\nA,B\n" + "x" * 200_000 + ",B\n" + "y" * 3_000_000 + "\nC,D\n"
    _table, rows = read(write(tmp_path / "a.csv", content))
    assert [row.problem.code if row.problem else "" for row in rows] == ["", "cell_too_long", "row_too_large", ""]


def test_too_large(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as caught:
        read(write(tmp_path / "a.csv", "a,b\n1,2\n" * 100), limits=replace(LIMITS, max_bytes=100))
    assert caught.value.code == "too_large"


def test_reading_again_from_a_row_on(tmp_path: Path) -> None:
    table, rows = read(write(tmp_path / "a.csv", "a\n1\n2\n\n3\n4\n"))
    assert [row.number for row in table.rows(after=3)] == [5, 6]
    assert [row.cells for row in table.head(2)] == [row.cells for row in rows[:2]]


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufffd"), min_size=0, max_size=12)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(_CELL, min_size=3, max_size=3), min_size=1, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8-sig", "utf-16-le", "utf-16-be"]),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.csv"
    write(path, text_of([["one", "two", "three"], *rows, ["end", "of", "file"]], delimiter), encoding)
    options = ReadOptions(encoding=encoding, delimiter=delimiter)
    found = list(open_table(path, options=options).rows())
    expected = [row for row in rows if any(cell.strip() for cell in row)]
    assert [row.cells for row in found[:-1]] == expected
    assert all(row.problem is None for row in found)


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=400))
def test_no_bytes_at_all_crash_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.csv"
    write(path, content)
    with suppress(BadFile):
        table = open_table(path)
        for row in table.rows():
            assert row.problem is not None or len(row.cells) == len(table.columns)
