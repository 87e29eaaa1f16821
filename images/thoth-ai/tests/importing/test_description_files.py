import pytest
from hypothesis import given
from hypothesis import strategies as st

from thoth_ai.importing.description_files import (
    HEADERS,
    LARGEST_FILE,
    LONGEST_TEXT,
    ColumnNote,
    DescriptionFile,
    parse,
)

BOM = b"\xef\xbb\xbf"
HEADER = b"original_column_name,column_name,column_description,data_format,value_description\r\n"


def read(raw: bytes) -> DescriptionFile:
    return parse("pets.csv", raw)


def test_the_mark_of_utf_8_does_not_swallow_the_first_column() -> None:
    file = read(BOM + HEADER + b"pet_id,pet id,the id,integer,\r\nname,,its name,text,\r\n")

    assert [note.name for note in file.notes] == ["pet_id", "name"]
    assert file.notes[0] == ColumnNote("pet_id", "pet id", "the id", "integer", "")
    assert file.warnings == []


def test_bytes_of_the_windows_code_page_stand_beside_utf_8() -> None:
    raw = BOM + HEADER + b"a,,x,text,\x95 small \x96 \xe9\r\nb,,\xc3\xa9t\xc3\xa9,text,\x81\r\n"

    notes = read(raw).notes

    assert notes[0].values == "• small \u2013 é"
    assert notes[1].description == "été"
    assert notes[1].values == "\ufffd"


def test_a_byte_of_the_code_page_that_became_a_control_character_is_itself_again() -> None:
    assert read(HEADER + "a,,x,text,\x95 small".encode()).notes[0].values == "• small"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_its_mark_is_read(encoding: str) -> None:
    text = "\ufeff" + HEADER.decode() + "größe,,Größe in cm,,\n"

    assert read(text.encode(encoding)).notes == [ColumnNote("größe", "", "Größe in cm")]


def test_headers_names_and_values_are_trimmed_and_headers_may_differ_in_case() -> None:
    raw = b" Original Column Name ,COLUMN_NAME,column_Description , data-format,value_description\n"

    notes = read(raw + b"  pet id , pet , the\tid\xc2\xa0, integer , \n").notes

    assert notes == [ColumnNote("pet id", "pet", "the\tid", "integer", "")]


def test_a_quoted_text_keeps_its_lines() -> None:
    notes = read(HEADER + b'a,,x,text,"one \r\ntwo, ""three"""\r\n').notes

    assert notes[0].values == 'one\ntwo, "three"'


def test_a_cell_too_many_belongs_to_the_last_text_and_is_told() -> None:
    file = read(HEADER + b"a,,x,text,one, two\nb,,y\n")

    assert [note.values for note in file.notes] == ["one, two", ""]
    assert file.warnings == [
        "pets.csv: line 2 has more cells than the header; they were joined to the last"
    ]


def test_columns_of_its_own_are_named() -> None:
    file = read(b"original_column_name,remarks\na,b\n")

    assert file.notes == [ColumnNote("a")]
    assert file.warnings == ["pets.csv: its columns remarks are not used"]


@pytest.mark.parametrize("raw", [b"", BOM, b"\r\n \r\n", BOM + b"\n"])
def test_an_empty_file_is_told(raw: bytes) -> None:
    assert read(raw).warnings == ["pets.csv: it is empty"]


def test_a_file_with_nothing_but_its_header_is_told() -> None:
    assert read(HEADER).warnings == ["pets.csv: it describes no column"]


def test_a_file_of_another_kind_is_told() -> None:
    file = read(b"name,age\nRex,4\n")

    assert file.notes == []
    assert "no column original_column_name" in file.warnings[0]


def test_a_column_that_is_described_twice_keeps_the_first_words() -> None:
    file = read(HEADER + b"a,,first,,\nA,,second,,\nb,,x,,\nb,,x,,\n")

    assert [note.description for note in file.notes] == ["first", "x"]
    assert file.warnings == ["pets.csv: line 3 describes A again; the first one counts"]


def test_a_row_without_a_name_is_told() -> None:
    assert read(HEADER + b",,lonely words,,\n").warnings[0] == (
        "pets.csv: line 2 names no column: lonely words"
    )


def test_huge_fields_are_cut_and_told() -> None:
    file = read(HEADER + b'a,,x,text,"' + b"y" * 300_000 + b'"\nb,,z,,\n')

    assert len(file.notes[0].values) == LONGEST_TEXT
    assert file.notes[1].name == "b"
    assert file.warnings == ["pets.csv: line 2 has a text of 300,000 characters, cut at 4,000"]


def test_a_huge_file_is_not_read() -> None:
    assert "was not read" in read(b"x" * (LARGEST_FILE + 1)).warnings[0]


def test_nul_bytes_are_removed_and_told() -> None:
    file = read(HEADER + b"a\0,,x\0y,,\n")

    assert file.notes == [ColumnNote("a", "", "xy")]
    assert file.warnings == ["pets.csv: 2 NUL bytes were removed"]


def test_a_quote_that_is_never_closed_is_told_and_loses_nothing() -> None:
    file = read(HEADER + b'a,,x,,\nb,,y,,"open\nc,,z,,\n')

    assert [note.name for note in file.notes] == ["a", "b"]
    assert "c,,z" in file.notes[1].values
    assert "line 3 or later is never closed" in file.warnings[0]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_seen_in_the_header(delimiter: str) -> None:
    lines = (delimiter.join(HEADERS), delimiter.join(("a", "A", "a, or b", "text", "")))

    assert read("\n".join(lines).encode()).notes == [ColumnNote("a", "A", "a, or b", "text", "")]


@given(raw=st.binary(max_size=300), headed=st.booleans())
def test_no_bytes_make_it_fail(*, raw: bytes, headed: bool) -> None:
    file = read(HEADER + raw if headed else raw)

    for note in file.notes:
        note.description.encode("utf-8")
    assert file.notes or file.warnings
