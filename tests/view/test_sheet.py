"""Rows as CSV: every row and column as plain text that no spreadsheet computes."""

import csv
import io

import pytest

from grove_tui.view.keys import Kind
from grove_tui.view.pods import Pods
from grove_tui.view.rows import Cell, Column, Row
from grove_tui.view.sheet import csv_lines
from grove_tui.view.sorting import Sort
from grove_tui.view.tree import Tree
from tests.builders import podcliqueset
from tests.view.worlds import Scene, clique, pods


class Source:
    """Rows of one cell each."""

    def __init__(self, *texts):
        self.texts = texts

    def columns(self):
        return (Column("TEXT"), Column("WIDE", wide=True))

    def keys(self):
        return list(range(len(self.texts)))

    def row(self, key):
        return Row(key, (Cell(self.texts[key], "warn"),))


def read(source):
    return list(csv.reader(io.StringIO("".join(csv_lines(source)), newline="")))


def text(cell):
    """Return what becomes of one text."""
    return read(Source(cell))[1][0]


def test_all_columns_and_all_rows():
    assert read(Source("a", "b")) == [
        ["TEXT", "WIDE", "NAMESPACE"],
        ["a", "", ""],
        ["b", "", ""],
    ]


@pytest.mark.parametrize(
    "hostile",
    ["=1+1", "+cmd|'/C calc'!A0", "-2+3", "@SUM(A1)", " =1", "\t=1", "\uff1d1+1", "-", "\uff20x"],
)
def test_what_a_spreadsheet_would_compute_is_text(hostile):
    assert text(hostile).startswith("'")
    assert text(hostile).endswith(hostile.strip())


@pytest.mark.parametrize("harmless", ["-5", "+2.5", "a=b", "x-y", "5/6 (min 4)", "[b]x[/b]"])
def test_what_it_would_not_compute_stays(harmless):
    assert text(harmless) == harmless


def test_quotes_commas_and_semicolons_are_in_their_field():
    assert text('a,"b";=c') == 'a,"b";=c'
    assert '"a;=c"' in "".join(csv_lines(Source("a;=c")))


def test_control_characters_do_not_come_through():
    line = list(csv_lines(Source("a\x1b[31mb\r\nc\x00\u202ed")))[1]

    assert line.count("\n") == line.count("\r") == 1
    assert not set(line) & set("\x1b\x00\u202e")


def scene():
    found = Scene()
    found.put(podcliqueset("sim", spec={"replicas": 2}))
    for index in range(2):
        worker = clique(replica=index, breached=False)
        found.put(worker, *pods(worker, "ready", "ready"))
    return found


def names(rows):
    return [row[1] for row in rows[1:]]


def test_a_tree_is_saved_whole_with_levels_and_namespaces():
    tree = Tree(scene().book)
    everything = names(read(tree))
    tree.fold_all(Kind.PODCLIQUESET)
    assert len(tree.keys()) == 1

    rows = read(tree)

    assert rows[0][0] == "LEVEL"
    assert rows[0][-1] == "NAMESPACE"
    assert [row[0] for row in rows[1:6]] == ["0", "1", "2", "3", "3"]
    assert {row[-1] for row in rows[1:]} == {"default"}
    assert names(rows) == everything
    assert len(tree.keys()) == 1


def test_a_tree_is_saved_as_it_is_filtered_and_ordered():
    tree = Tree(scene().book, sort=Sort.NAME)
    tree.reverse = True
    tree.set_filter(lambda subject: subject.key.name == "sim-1-worker-00001")

    assert names(read(tree)) == ["sim", "sim-1", "sim-1-worker", "sim-1-worker-00001"]


def test_a_column_for_namespaces_is_not_added_twice():
    rows = read(Pods(scene().book))

    assert rows[0].count("NAMESPACE") == 1
    assert len(rows) == 5
