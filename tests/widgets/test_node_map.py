"""The map of nodes: what is on the screen, where the cursor goes, what is painted again."""

from collections.abc import Hashable
from typing import Any

import pytest
from textual.app import App, ComposeResult

from grove_tui.view.nodemap import MapCell
from grove_tui.view.rows import Cell, Severity
from grove_tui.widgets.node_map import NodeMap


class Source:
    """Two racks of three nodes, and one node elsewhere."""

    def __init__(self) -> None:
        self.racks: dict[str, list[Any]] = {"r1": ["a", "b", "c"], "r2": ["d", "e", "f"], "": ["g"]}
        self.pods = {"a": "●●", "b": "✖"}
        self.lit: set[str] = set()

    def domains(self):
        return list(self.racks.items())

    def cell(self, key):
        text = self.pods.get(key, "")
        spans = ((0, len(text), "gang-1"),) if text else ()
        return MapCell(
            key,
            f"node-{key}",
            "⊘" if key == "c" else "",
            "▄",
            Cell(text, spans=spans),
            is_lit=key in self.lit,
            severity=Severity.WARN if key == "c" else Severity.OK,
        )


class MapApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.source = Source()
        self.map = NodeMap(self.source)
        self.said: list[tuple[str, Hashable]] = []

    def compose(self) -> ComposeResult:
        yield self.map

    def on_mount(self) -> None:
        self.map.focus()

    def on_node_map_highlighted(self, event: NodeMap.Highlighted) -> None:
        self.said.append(("highlighted", event.key))

    def on_node_map_activated(self, event: NodeMap.Activated) -> None:
        self.said.append(("activated", event.key))


def lines(app):
    return [app.map.render_line(y).text.rstrip() for y in range(app.map.size.height)]


SIZE = (40, 9)


async def test_cells_stand_under_the_names_of_their_racks():
    app = MapApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()

        assert lines(app)[:7] == [
            " r1 (3)",
            "❯  node-a ▄ ●●      node-b ▄ ✖",
            " ⊘ node-c ▄",
            " r2 (3)",
            "   node-d ▄         node-e ▄",
            "   node-f ▄",
            " no rack or zone (1)",
        ]


async def test_without_racks_there_are_no_titles():
    app = MapApp()
    app.source.racks = {"": ["a", "b"]}
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()

        assert lines(app)[0].startswith("❯  node-a")


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        ([], "a"),
        (["right"], "b"),
        (["l", "l", "l"], "d"),
        (["down"], "c"),
        (["j", "j"], "d"),
        (["right", "down"], "c"),
        (["right", "j", "k"], "a"),
        (["G"], "g"),
        (["end", "home"], "a"),
        (["left", "up"], "a"),
    ],
)
async def test_keys_move_the_cursor_from_cell_to_cell(keys, cursor):
    app = MapApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*keys)

        assert app.map.cursor_key == cursor


async def test_enter_and_clicks_say_which_cell():
    app = MapApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("right", "enter")
        await pilot.pause()
        assert app.said[-1] == ("activated", "b")

        await pilot.click(app.map, offset=(3, 4))
        await pilot.pause()
        assert app.said[-1] == ("highlighted", "d")

        await pilot.click(app.map, offset=(22, 4), times=2)
        await pilot.pause()
        assert app.said[-1] == ("activated", "e")


async def test_lit_cells_are_in_brackets():
    app = MapApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.source.lit = {"b"}
        app.map.refresh_cells()
        await pilot.pause()

        assert "[node-b]" in lines(app)[1]
        assert "[node-a]" not in lines(app)[1]


async def test_only_lines_that_look_different_are_painted_again(monkeypatch):
    app = MapApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        painted: list[int] = []
        monkeypatch.setattr(app.map, "_refresh_line", painted.append)

        app.source.pods["e"] = "●"
        app.map.refresh_cells({"d", "e", "gone"})

        assert painted == [4]


async def test_the_cursor_stays_on_its_node_when_others_come_and_go():
    app = MapApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("right", "right", "right")
        app.source.racks = {"r0": ["x", "y"], **app.source.racks}
        app.map.refresh_structure()
        await pilot.pause()
        before = app.map.cursor_key

        app.source.racks["r2"].remove("d")
        app.map.refresh_structure()

        assert (before, app.map.cursor_key) == ("d", "e")


async def test_the_cursor_stays_in_view():
    app = MapApp()
    app.source.racks = {"r": [f"n{number}" for number in range(60)]}
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("G")
        await pilot.pause()

        assert "node-n59" in lines(app)[-1]


async def test_many_pods_are_counted_and_ascii_has_no_other_characters():
    app = MapApp()
    app.source.pods["a"] = "●" * 30
    async with app.run_test(size=SIZE) as pilot:
        app.map.ascii = True
        await pilot.pause()

        assert "************+18" in lines(app)[1]
        assert all(line.isascii() for line in lines(app))
