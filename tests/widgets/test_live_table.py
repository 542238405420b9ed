"""The live table: what is on the screen, where the cursor is, and what is painted again."""

import random
from collections.abc import Hashable

import pytest
from msgspec.structs import replace

from grove_tui.view.rows import Cell, Column, Row
from grove_tui.widgets import row_view
from grove_tui.widgets.row_painter import CURSOR
from tests.builders import at
from tests.widgets.tables import NestedSource, Source, TableApp, lines, styles_of

SIZE = (50, 8)


@pytest.fixture
def clock(monkeypatch):
    """The table's clock, moved by hand."""

    class Clock:
        now = 1000.0

        def __call__(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(row_view, "monotonic", clock)
    return clock


def names(table):
    return [line.split()[-3] for line in lines(table)[1:] if line.strip()]


async def test_the_first_rows_are_shown_under_the_titles():
    app = TableApp(Source(3))
    async with app.run_test(size=SIZE):
        shown = lines(app.table)

        assert shown[0].split() == ["NAME", "READY", "AGE"]
        assert shown[1].split() == [CURSOR, "✔", "k0", "1/1", "0s"]
        assert shown[2].split() == ["✔", "k1", "1/1", "0s"]
        assert shown[4:] == ["", "", "", ""]


async def test_an_empty_table_says_why():
    app = TableApp(Source(0), empty="No sets. Press a to apply a manifest.")
    async with app.run_test(size=SIZE) as pilot:
        assert "No sets" in lines(app.table)[1]

        app.source.order = ["k0"]
        app.table.refresh_structure()
        await pilot.pause()

        assert names(app.table) == ["k0"]


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        (["j", "j"], "k2"),
        (["down", "j", "k", "up"], "k0"),
        (["G"], "k29"),
        (["end", "g"], "k0"),
        (["end", "home"], "k0"),
        (["ctrl+f"], "k6"),
        (["pagedown", "pagedown", "ctrl+b"], "k6"),
        (["pageup"], "k0"),
        (["k"], "k0"),
    ],
)
async def test_keys_move_the_cursor_and_it_stays_in_view(keys, cursor):
    app = TableApp(Source(30))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*keys)

        assert app.table.cursor_key == cursor
        assert any(line.startswith(CURSOR) and cursor in line for line in lines(app.table))


async def test_the_cursor_says_where_it_went():
    app = TableApp(Source(3))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "space", "enter")
        await pilot.pause()

        moved, marked = ("highlighted", "k1"), ("mark", "k1")
        assert app.said == [moved, marked, ("highlighted", "k2"), ("activated", "k2")]


# The cursor stays on its object


async def test_rows_inserted_above_leave_the_cursor_on_its_object_and_its_line():
    app = TableApp(Source(30))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*["j"] * 10)
        before = lines(app.table)

        app.source.order[0:0] = [f"new{i}" for i in range(7)]
        app.table.refresh_structure()
        await pilot.pause()

        assert app.table.cursor_key == "k10"
        assert lines(app.table) == before


async def test_a_table_of_news_shows_what_comes_in_until_the_cursor_is_moved():
    app = TableApp(Source(20))
    app.table.follows_first = True
    async with app.run_test(size=SIZE) as pilot:
        app.source.order.insert(0, "new")
        app.table.refresh_structure()
        await pilot.pause()
        assert (app.table.cursor_key, names(app.table)[0]) == ("new", "new")

        await pilot.press("j")
        app.source.order.insert(0, "newer")
        app.table.refresh_structure()
        await pilot.pause()

        assert (app.table.cursor_key, names(app.table)[0]) == ("k0", "new")


async def test_rows_removed_above_leave_the_view_where_it_is():
    app = TableApp(Source(30))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*["j"] * 15)
        before = lines(app.table)

        del app.source.order[2:7]
        app.table.refresh_structure()
        await pilot.pause()

        assert lines(app.table) == before


async def test_a_view_that_was_scrolled_away_from_the_cursor_stays_on_its_rows():
    app = TableApp(Source(30))
    async with app.run_test(size=SIZE) as pilot:
        app.table.scroll_to(y=12, animate=False)
        await pilot.pause()
        before = lines(app.table)

        app.source.order[0:0] = ["new1", "new2"]
        app.table.refresh_structure()
        await pilot.pause()

        assert lines(app.table) == before
        assert app.table.cursor_key == "k0"


@pytest.mark.parametrize(
    ("gone", "left_on"),
    [({"k3"}, "k4"), ({"k3", "k4", "k5"}, "k6"), ({f"k{n}" for n in range(3, 10)}, "k2")],
)
async def test_a_row_that_is_gone_hands_the_cursor_to_the_next_else_the_previous(gone, left_on):
    app = TableApp(Source(10))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "j")

        app.source.order = [key for key in app.source.order if key not in gone]
        app.table.refresh_structure()
        await pilot.pause()

        assert app.table.cursor_key == left_on
        assert app.said[-1] == ("highlighted", left_on)


async def test_what_is_recreated_keeps_the_cursor():
    source = NestedSource()
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j")
        source.order = ["a", "a/2", "a/9", "b", "b/1"]
        source.heirs = {"a/1": "a/9"}

        app.table.refresh_structure()
        await pilot.pause()

        assert app.table.cursor_key == "a/9"


async def test_no_shuffle_moves_the_cursor_to_another_object():
    rng = random.Random(3)
    source = Source(40)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        for step in range(120):
            await pilot.press(rng.choice(["j", "k", "G", "g", "ctrl+f"]))
            aimed_at = app.table.cursor_key
            others = [key for key in source.order if key != aimed_at]
            source.order = [*rng.sample(others, rng.randrange(len(others))), f"new{step}"]
            source.order.insert(rng.randrange(len(source.order)), aimed_at)
            app.table.refresh_structure()
            app.said.clear()
            await pilot.press("enter")
            await pilot.pause()

            assert app.said == [("activated", aimed_at)]
            assert any(
                line.startswith(CURSOR) and str(aimed_at) in line for line in lines(app.table)
            )


async def test_another_source_keeps_the_cursor_where_the_object_is_still_there():
    app = TableApp(Source(10))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j")
        other = Source(0)
        other.order = ["x", "y"]
        cursors = []
        for source in (Source(20), other):
            app.table.set_source(source)
            cursors.append(app.table.cursor_key)

        assert cursors == ["k2", "x"]


# Painting only what changed


async def test_ten_thousand_rows_are_made_only_when_seen():
    source = Source(10_000)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        assert source.made <= 20

        await pilot.press("G")
        await pilot.pause()

        assert source.made <= 40
        assert names(app.table)[-1] == "k9999"


async def test_a_changed_row_is_the_only_one_that_is_painted_again(monkeypatch):
    source = Source(10_000)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        painted: list[Hashable] = []
        paint = app.table._painter.paint

        def note(row, *rest):
            painted.append(row.key)
            return paint(row, *rest)

        monkeypatch.setattr(app.table._painter, "paint", note)

        source.values = {"k3": "0/1", "k4000": "0/1"}
        app.table.refresh_rows({"k3", "k4000", "k1"})
        await pilot.pause()

        assert painted == ["k3"]
        assert "0/1" in lines(app.table)[4]


async def test_rows_added_out_of_sight_paint_nothing(monkeypatch):
    source = Source(100)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        refreshed: list[int] = []
        monkeypatch.setattr(app.table, "_refresh_line", refreshed.append)

        source.order.insert(50, "new")
        app.table.refresh_structure(added={"new"})
        await pilot.pause()

        assert refreshed == []
        assert app.table.row_count == 101


async def test_a_row_that_changed_while_unseen_is_fresh_when_it_comes_into_view():
    source = Source(100)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("G")
        await pilot.press("g")
        source.values["k99"] = "0/1"
        app.table.refresh_rows({"k99"})

        await pilot.press("G")
        await pilot.pause()

        assert "0/1" in lines(app.table)[-1]


async def test_times_are_read_again_for_visible_rows_only_and_are_no_change():
    source = Source(1000)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        source.seconds, made = 7, source.made

        app.table.refresh_times(at(0.9))
        await pilot.pause()
        assert source.made == made

        app.table.refresh_times(at(7))
        await pilot.pause()

        assert source.made - made == 7
        assert lines(app.table)[1].endswith("7s")
        assert "Δ" not in "".join(lines(app.table))


# Pointing at changes


async def test_a_change_is_pointed_at_by_symbol_and_style_and_fades(clock):
    source = Source(3)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        plain = styles_of(app.table, 2, "1/1")

        source.values["k1"] = "0/1"
        app.table.refresh_rows({"k1"})
        bright = styles_of(app.table, 2, "0/1")
        assert lines(app.table)[2].startswith(" Δ")

        clock.now += 1
        app.table._fade()
        assert styles_of(app.table, 2, "0/1") == plain
        assert lines(app.table)[2].startswith(" Δ")

        clock.now += 2
        app.table._fade()
        assert lines(app.table)[2].startswith("  ")
        assert styles_of(app.table, 2, "0/1") == plain
        assert bright != plain
        assert app.table._fade_timer is None


async def test_new_rows_have_a_plus_and_unfolded_ones_have_not(clock):
    source = Source(3)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        source.order += ["new", "unfolded"]

        app.table.refresh_structure(added={"new"})

        assert lines(app.table)[4].startswith(" +")
        assert lines(app.table)[5].startswith("  ")


async def test_changes_are_not_pointed_at_when_that_is_off(clock):
    source = Source(3)
    app = TableApp(source)
    async with app.run_test(size=SIZE):
        app.table.flashes = False
        source.values["k1"] = "0/1"

        app.table.refresh_rows()

        assert "0/1" in lines(app.table)[2]
        assert "Δ" not in lines(app.table)[2]


# Folding, marking, mouse


async def test_left_and_right_fold_and_walk_the_tree():
    source = NestedSource()
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("left", "right", "left")
        await pilot.pause()
        assert app.said == [("fold", "a"), ("highlighted", "a/1"), ("highlighted", "a")]

        source.folded = {"a"}
        app.table.refresh_rows()
        app.said.clear()
        await pilot.press("right")
        await pilot.pause()
        assert app.said == [("fold", "a")]
        assert "▸" in lines(app.table)[1]


async def test_a_click_selects_two_open_and_one_on_the_fold_mark_folds():
    app = TableApp(NestedSource())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.click(app.table, offset=(10, 4))
        await pilot.pause()
        assert app.said == [("highlighted", "b")]

        await pilot.click(app.table, offset=(10, 5), times=2)
        await pilot.pause()
        assert app.said[1:] == [("highlighted", "b/1"), ("activated", "b/1")]

        await pilot.click(app.table, offset=(2, 1))
        await pilot.pause()
        assert app.said[-1] == ("fold", "a")


async def test_a_click_on_a_title_names_the_column():
    app = TableApp(Source(3))
    async with app.run_test(size=SIZE) as pilot:
        x = lines(app.table)[0].index("READY")
        await pilot.click(app.table, offset=(x + 1, 0))
        await pilot.pause()

        assert app.said == [("header", 1)]


async def test_a_click_below_the_rows_does_nothing():
    app = TableApp(Source(2))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.click(app.table, offset=(5, 6))
        await pilot.pause()

        assert app.said == []


async def test_marked_rows_have_a_dot():
    source = Source(3)
    source.marks = {"k1"}
    app = TableApp(source)
    async with app.run_test(size=SIZE):
        assert lines(app.table)[2].startswith(" ●")


async def test_the_wheel_scrolls_and_leaves_the_cursor():
    app = TableApp(Source(50))
    async with app.run_test(size=SIZE) as pilot:
        app.table.scroll_relative(y=10, animate=False)
        await pilot.pause()

        assert names(app.table)[0] == "k10"
        assert app.table.cursor_key == "k0"


async def test_moving_to_a_row_scrolls_to_it():
    app = TableApp(Source(50))
    async with app.run_test(size=SIZE) as pilot:
        assert app.table.move_to("k40")
        assert not app.table.move_to("nowhere")
        await pilot.pause()

        assert app.table.cursor_key == "k40"
        assert "k40" in names(app.table)


# Columns


async def test_wide_mode_shows_more_columns():
    app = TableApp(Source(3))
    async with app.run_test(size=SIZE) as pilot:
        app.table.wide = True
        await pilot.pause()

        assert app.table.titles_shown() == ["NAME", "READY", "AGE", "EXTRA"]


@pytest.mark.parametrize(
    ("width", "titles"),
    [(50, ["NAME", "READY", "AGE"]), (21, ["NAME", "READY"]), (12, ["NAME"])],
)
async def test_a_narrow_table_leaves_out_the_least_important_columns(width, titles):
    app = TableApp(Source(3))
    async with app.run_test(size=(width, 8)):
        assert app.table.titles_shown() == titles
        assert all(len(line) <= width for line in lines(app.table))


async def test_columns_follow_the_size_of_the_terminal():
    app = TableApp(Source(3))
    async with app.run_test(size=(22, 8)) as pilot:
        await pilot.resize_terminal(60, 20)
        await pilot.pause()

        assert app.table.titles_shown() == ["NAME", "READY", "AGE"]
        assert len(lines(app.table)) == 20


async def test_columns_grow_for_longer_text_and_do_not_shrink_again():
    source = Source(3)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        source.values["k1"] = "10000/10000"
        app.table.refresh_rows({"k1"})
        await pilot.pause()
        assert "10000/10000" in lines(app.table)[2]
        grown = lines(app.table)[0].index("AGE")

        source.values["k1"] = "1/1"
        app.table.refresh_rows({"k1"})
        await pilot.pause()
        assert lines(app.table)[0].index("AGE") == grown


# Hostile and wide text


class OneRow(Source):
    def __init__(self, *texts: str) -> None:
        super().__init__(1, tuple(Column("C", flex=index == 0) for index in range(len(texts))))
        self.texts = texts

    def row(self, key):
        return Row(key, tuple(Cell(text) for text in self.texts))


@pytest.mark.parametrize(
    "text",
    [
        "[bold]not markup[/bold]",
        "[/]",
        "two\nlines\tand tabs",
        "x" * 10_000,
        "日本語のとても長い名前です" * 20,
        "e\u0301" * 300,
        "שלום" * 50,
    ],
)
async def test_any_text_is_shown_as_text_on_one_line_of_the_right_width(text):
    app = TableApp(OneRow(text, "end"))
    async with app.run_test(size=SIZE):
        strip = app.table.render_line(1)

        assert strip.cell_length == app.table.size.width
        assert "\n" not in strip.text
        assert text[:3] in strip.text


async def test_ascii_mode_paints_no_other_characters():
    source = NestedSource()
    source.marks = {"b"}
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        app.table.ascii = True
        await pilot.pause()

        assert all(line.isascii() for line in lines(app.table))
        assert "v" in lines(app.table)[1]


async def test_a_change_of_theme_changes_the_colours():
    app = TableApp(Source(3))
    async with app.run_test(size=SIZE) as pilot:
        before = styles_of(app.table, 2, "1/1")
        app.theme = "textual-light"
        await pilot.pause()

        assert styles_of(app.table, 2, "1/1") != before


class Doomed(Source):
    """One row whose second cell can be said with less."""

    whole = Cell("breached (terminates in 0:30)", shorter=(Cell("breached 0:30"),))

    def row(self, key):
        row = super().row(key)
        return replace(row, cells=(Cell("n" * 20), self.whole, *row.cells[2:]))


async def test_where_the_room_is_short_a_shorter_text_is_shown_whole():
    app = TableApp(Doomed(1))
    async with app.run_test(size=(70, 4)) as pilot:
        assert Doomed.whole.text in lines(app.table)[1]

        await pilot.resize_terminal(50, 4)
        await pilot.pause()

        assert lines(app.table)[1].split()[2:] == ["n" * 20, "breached", "0:30", "0s"]
