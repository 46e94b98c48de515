"""Reading CSV files as they come: dirt costs its own line and no more."""

import gzip

import pytest

from orders.imports import rows as module
from orders.imports.rows import Refusal, Row, Unusable, as_cp949, read_rows

HEADING = ["a", "b"]


@pytest.fixture
def read(tmp_path):
    def read(content, name="file.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [
            (row.line, row.fields if isinstance(row, Row) else row.reason)
            for row in read_rows(path, HEADING)
        ]

    return read


def test_the_heading_is_line_one_and_a_row_is_where_it_starts(read):
    assert read('a,b\n1,"two\nlines"\n3,4\n') == [(2, ["1", "two\nlines"]), (4, ["3", "4"])]


def test_empty_lines_are_no_rows_but_count_as_lines(read):
    assert read("a,b\n\n1,2\r\n\r\n") == [(3, ["1", "2"])]


def test_another_number_of_columns_is_refused(read):
    assert read("a,b\n1\n1,2,3\n1,2\n") == [
        (2, "1 columns instead of 2"),
        (3, "3 columns instead of 2"),
        (4, ["1", "2"]),
    ]


def test_an_open_quote_costs_its_own_line(read):
    assert read('a,b\n1,2\n3,"4\n5,6\n') == [
        (2, ["1", "2"]),
        (3, "a quote that is never closed"),
        (4, ["5", "6"]),
    ]


def test_a_huge_field_is_refused_and_the_rest_kept(read):
    lines = "y\n" * 140_000
    found = read(f'a,b\n1,{"x" * 140_000}\n3,"{lines}"\n5,6\n')
    assert found[0] == (2, "field larger than field limit (131072)")
    assert found[1] == (3, "field larger than field limit (131072)")
    assert found[-1][1] == ["5", "6"]


def test_a_line_without_end_is_not_held_in_memory(read, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_LINE", 10)
    assert read("a,b\n" + "1" * 35 + ",2\n3,4\n") == [
        (2, "a line of more than 10 characters"),
        (3, ["3", "4"]),
    ]


def test_a_nul_is_refused(read):
    assert read("a,b\n1,\0\n3,4\n") == [(2, "holds a NUL character"), (3, ["3", "4"])]


def test_bytes_that_are_not_utf8_are_read_as_latin1(read):
    assert read(b"a,b\n\xec\x83\x81,caf\xe9\n") == [(2, ["상", "café"])]


def test_a_line_that_is_not_utf8_is_cp949_where_that_is_asked_for(tmp_path):
    path = tmp_path / "file.csv"
    lines = ["상,점".encode(), "쿠폰,똠".encode("cp949"), b"\xff\xff,caf\xe9", b"1,2", b""]
    path.write_bytes(b"\n".join([b"\xef\xbb\xbfa,b", *lines]))
    found = list(read_rows(path, HEADING, as_cp949))
    assert [row.fields for row in found if isinstance(row, Row)] == [
        ["상", "점"],
        ["쿠폰", "똠"],
        ["1", "2"],
    ]
    assert found[2] == Refusal(4, "neither UTF-8 nor CP949", "ÿÿ,café")


def test_a_byte_order_mark_is_no_part_of_the_heading(read):
    assert read(b"\xef\xbb\xbfa,b\n1,2\n") == [(2, ["1", "2"])]


def test_gz_is_unpacked(read):
    assert read(gzip.compress(b"a,b\n1,2\n"), "file.csv.gz") == [(2, ["1", "2"])]


@pytest.mark.parametrize("content", ["", "1,2\n", "a,b,c\n", "\na,b\n", b"\xff\xfea\x00,\x00b\x00"])
def test_without_its_heading_a_file_is_unusable(read, content):
    with pytest.raises(Unusable, match="line 1 must be the heading a,b"):
        read(content)


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", gzip.compress(b"a,b\n1,2\n" * 9)[:-9]])
def test_what_is_no_whole_gzip_is_unusable(read, content):
    with pytest.raises(Unusable, match="file.csv.gz cannot be read"):
        read(content, "file.csv.gz")


def test_a_missing_file_is_unusable(tmp_path):
    with pytest.raises(Unusable, match="No such file"):
        list(read_rows(tmp_path / "none.csv", HEADING))


def test_a_refusal_keeps_the_row_as_it_stands(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text('a,b\n"1",2,3\n')
    assert list(read_rows(path, HEADING)) == [Refusal(2, "3 columns instead of 2", '"1",2,3')]
