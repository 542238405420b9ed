"""A log stays where the reader stands, follows when asked to, and shows any text as text."""

import pytest
from hypothesis import given, strategies as st
from rich.cells import cell_len
from textual.app import App

from grove_tui.widgets.log_layout import LogLayout, LogRow
from grove_tui.widgets.log_view import LogView


def rows(*texts, prefix=""):
    return [LogRow(prefix, "gang-1", text) for text in texts]


def numbered(count, start=0):
    return rows(*(f"line {n}" for n in range(start, start + count)))


class LogApp(App[None]):
    def compose(self):
        yield LogView(empty="nothing")

    @property
    def view(self):
        return self.query_one(LogView)

    def lines(self):
        return [
            self.view.render_line(y).text.rstrip() for y in range(self.view.scrollable_size.height)
        ]


def shown(app):
    return [line for line in app.lines() if line]


async def test_new_rows_are_followed_until_the_reader_goes_up():
    app = LogApp()
    async with app.run_test(size=(40, 5)) as pilot:
        app.view.extend(numbered(20))
        await pilot.pause()
        at_first = shown(app)
        app.view.focus()
        await pilot.press("k")
        app.view.extend(numbered(5, 20))
        await pilot.pause()

        assert at_first == ["line 15", "line 16", "line 17", "line 18", "line 19"]
        assert not app.view.following
        assert shown(app)[0] == "line 14"
        await pilot.press("G")
        assert app.view.following
        assert shown(app)[-1] == "line 24"


async def test_rows_that_give_way_do_not_move_what_is_read():
    app = LogApp()
    async with app.run_test(size=(40, 5)) as pilot:
        app.view.extend(numbered(50))
        await pilot.pause()
        app.view.scroll_to(y=30, animate=False)
        await pilot.pause()
        before = shown(app)
        app.view.extend(numbered(10, 50), dropped=10)
        await pilot.pause()

        assert shown(app) == before == [f"line {n}" for n in range(30, 35)]
        assert app.view.rows[0].text == "line 10"


async def test_following_goes_on_when_rows_give_way():
    app = LogApp()
    async with app.run_test(size=(40, 5)) as pilot:
        app.view.extend(numbered(50))
        app.view.extend(numbered(50, 50), dropped=50)
        await pilot.pause()

        assert app.view.following
        assert shown(app)[-1] == "line 99"


async def test_long_lines_are_wrapped_or_scrolled():
    app = LogApp()
    async with app.run_test(size=(22, 6)) as pilot:
        app.view.extend(rows("a" * 10 + "b" * 30, "short", prefix="A"))
        await pilot.pause()
        cut = shown(app)
        app.view.scroll_to(x=10, animate=False)
        await pilot.pause()
        scrolled = shown(app)
        app.view.wrap = True
        await pilot.pause()

        assert cut == ["A │ aaaaaaaaaabbbbbb", "A │ short"]
        assert scrolled[0] == "A │ bbbbbbbbbbbbbbbb"
        assert shown(app) == [
            "A │ aaaaaaaaaabbbbbb",
            "A │ bbbbbbbbbbbbbbbb",
            "A │ bbbbbbbb",
            "A │ short",
        ]


async def test_what_is_said_about_a_log_is_shown_whole():
    app = LogApp()
    async with app.run_test(size=(22, 6)) as pilot:
        note = LogRow("A", "gang-0", "— no route to the node's kubelet", is_note=True)
        app.view.extend([*rows("a" * 60, prefix="A"), note])
        await pilot.pause()

        assert shown(app) == [
            "A │ aaaaaaaaaaaaaaaa",
            "A │ — no route to th",
            "A │ e node's kubelet",
        ]


async def test_wrapping_keeps_the_row_at_the_top():
    app = LogApp()
    async with app.run_test(size=(21, 5)) as pilot:
        app.view.extend(rows(*(f"{n} " + "x" * 40 for n in range(30))))
        await pilot.pause()
        app.view.scroll_to(y=10, animate=False)
        await pilot.pause()
        app.view.wrap = True
        await pilot.pause()

        assert shown(app)[0].startswith("10 x")


async def test_search_goes_to_matches_and_around():
    app = LogApp()
    async with app.run_test(size=(40, 5)) as pilot:
        app.view.extend(rows(*("Error here" if n % 10 == 0 else "fine" for n in range(50))))
        await pilot.pause()

        count = app.view.search("error")
        await pilot.pause()
        places = [app.view.next_match(direction) for direction in (1, 1, -1, -1)]
        app.view.extend(rows("one more error"))

        assert count == 5
        assert places == [(1, 5), (2, 5), (1, 5), (5, 5)]
        assert app.view.next_match(1) == (6, 6)
        assert app.view.search("nowhere") == 0
        assert app.view.next_match(1) == (0, 0)


async def test_matches_are_highlighted_in_their_place():
    app = LogApp()
    async with app.run_test(size=(40, 5)) as pilot:
        app.view.extend(rows("an ERROR and an error"))
        app.view.search("error")
        await pilot.pause()
        parts = [segment.text for segment in app.view.render_line(0)]

        assert parts[:4] == ["an ", "ERROR", " and an ", "error"]


async def test_an_empty_log_says_so():
    app = LogApp()
    async with app.run_test(size=(40, 5)):
        assert shown(app) == ["nothing"]


HOSTILE = [
    "[bold red]not markup[/] [/nothing]",
    "x" * 10_000,
    "語" * 5_000,
    "שלום עולם مرحبا",
    "e\u0301" * 100,
    "\U0001f600" * 30,
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("wrap", [False, True])
async def test_any_text_is_shown_as_text_in_its_room(text, wrap):
    app = LogApp()
    async with app.run_test(size=(30, 5)) as pilot:
        app.view.wrap = wrap
        app.view.extend(rows(text, "after", prefix="A"))
        app.view.search("o")
        await pilot.pause()
        app.view.scroll_to(x=7, y=0, animate=False)
        await pilot.pause()

        widths = {app.view.render_line(y).cell_length for y in range(5)}
        assert widths == {app.view.scrollable_size.width}


texts = st.text(st.sampled_from("ab 語é\u0301\U0001f600"), max_size=40)


@given(st.lists(texts, max_size=12), st.integers(2, 12), st.booleans(), st.data())
def test_every_screen_line_shows_its_part_of_a_row_and_no_more(contents, room, wrap, data):
    layout = LogLayout()
    layout.shape(room, wrap=wrap)
    layout.extend(rows(*contents))
    dropped = data.draw(st.integers(0, len(contents)))
    layout.drop(dropped)

    pieces: dict[int, list[str]] = {}
    for line in range(layout.height):
        place = layout.at(line)
        assert place is not None
        piece = layout.piece(*place)
        assert cell_len(piece.text) <= room
        assert layout.rows[place[0]].text[piece.start :].startswith(piece.text)
        pieces.setdefault(place[0], []).append(piece.text)

    assert layout.first == dropped
    assert len(pieces) == len(contents) - dropped
    assert layout.at(layout.height) is None
    if wrap:
        assert ["".join(found) for found in pieces.values()] == contents[dropped:]


@given(st.lists(texts, min_size=1, max_size=8), st.integers(2, 12), st.integers(2, 12))
def test_another_width_lays_the_same_rows_out_anew(contents, first, second):
    layout, fresh = LogLayout(), LogLayout()
    layout.shape(first, wrap=True)
    layout.extend(rows(*contents))
    layout.shape(second, wrap=True)
    fresh.shape(second, wrap=True)
    fresh.extend(rows(*contents))

    assert layout.height == fresh.height
    assert [layout.line_of(n) for n in range(len(contents))] == [
        fresh.line_of(n) for n in range(len(contents))
    ]


@pytest.mark.parametrize("following", [True, False])
async def test_another_form_of_the_same_rows_moves_nothing(following):
    app = LogApp()
    async with app.run_test(size=(40, 5)) as pilot:
        app.view.extend(numbered(50))
        await pilot.pause()
        if not following:
            app.view.scroll_to(y=20, animate=False)
            await pilot.pause()
        app.view.replace(rows(*(f"again {n}" for n in range(50))))
        await pilot.pause()

        first = 45 if following else 20
        assert shown(app) == [f"again {n}" for n in range(first, first + 5)]
        assert app.view.following is following
