"""ctrl+s saves the screen and its rows; c copies names; nothing is ever overwritten."""

import csv

import pytest

from grove_tui.cluster.recordfile import read as read_recording
from grove_tui.config import load_settings
from grove_tui.kube.resources import EVENTS, PODS
from grove_tui.screens.document import DocumentScreen
from grove_tui.screens.explain import ExplainScreen
from grove_tui.screens.nodes_screen import NodesScreen
from grove_tui.screens.resources import ResourceScreen
from grove_tui.screens.timeline import TimelineScreen
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"


@pytest.fixture
def state(tmp_path, monkeypatch):
    """Where things are kept."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "grove-tui"


async def filled(shown):
    await create_set(shown.cluster)
    await create_clique(shown.cluster)
    await shown.select(f"{CLIQUE}-bbbbb")


def files(folder, ending):
    return sorted(folder.glob(f"*{ending}")) if folder.exists() else []


async def saved(shown, folder, number=1):
    """Save the screen; return the files that are there, once the paths were told."""
    await shown.press("ctrl+s")
    await shown.until(lambda: any("Saved" in said for said in shown.said()))
    await shown.until(lambda: len(files(folder, ".svg")) == number)
    return files(folder, "")


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


async def test_the_screen_and_all_rows_of_the_tree(state):
    # Most rows do not fit on such a screen.
    async with dashboard(size=(80, 12)) as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster, replicas=20)
        await shown.until(lambda: len(shown.rows()) == 23)

        table, picture = await saved(shown, state / "screens")

        assert (table.suffix, picture.suffix) == (".csv", ".svg")
        assert table.name.startswith("workloads-")
        assert table.stem == picture.stem
        assert len(rows(table)) == 23
        assert {"default/sim", CLIQUE, f"{CLIQUE}-ttttt"} <= {row["NAME"] for row in rows(table)}
        assert "HOSTNAME" in rows(table)[0]
        assert picture.read_text().startswith("<svg")
        assert "default/sim" in picture.read_text()
        assert table.stat().st_mode & 0o777 == 0o600
        (said,) = shown.said()
        assert str(table) in said
        assert str(picture) in said


async def test_a_filter_decides_what_is_saved(state):
    async with dashboard() as shown:
        await filled(shown)
        await shown.press("slash", *"aaaaa", "enter")

        table, _ = await saved(shown, state / "screens")

        assert [row["NAME"] for row in rows(table)][-1] == f"{CLIQUE}-aaaaa"
        assert not any("bbbbb" in row["NAME"] for row in rows(table))


async def test_what_was_saved_is_never_overwritten(state):
    async with dashboard() as shown:
        await filled(shown)
        # Of the same second, as the clock of the session tells it.
        now = shown.session.clock()
        shown.session.clock = lambda: now
        first = await saved(shown, state / "screens")
        before = [path.read_bytes() for path in first]

        await shown.select("sim")
        after = await saved(shown, state / "screens", number=2)

        assert len(after) == 4
        assert [path.read_bytes() for path in first] == before
        assert {path.stem.removesuffix("-2") for path in after} == {first[0].stem}


async def test_the_focused_panel_is_what_is_saved(state):
    async with dashboard() as shown:
        await filled(shown)
        await shown.press("tab")

        table, _ = await saved(shown, state / "screens")

        assert table.name.startswith("nodes-")
        assert rows(table)[0]["NODE"].startswith("fake-node-")


async def test_events_whose_text_is_a_formula(state):
    hostile = '=HYPERLINK("http://x","y")\x1b[31m\nsecond'
    async with dashboard() as shown:
        await filled(shown)
        pod = shown.cluster.the(PODS, f"{CLIQUE}-bbbbb")
        involved = {"kind": "Pod", "name": pod.metadata.name, "namespace": "default"}
        event = {
            "metadata": {"name": "e", "namespace": "default"},
            "involvedObject": {**involved, "uid": pod.metadata.uid},
            "reason": "+Bad",
            "message": hostile,
            "type": "Warning",
        }
        await shown.cluster.client.create(EVENTS, event, "default")
        await shown.press("colon", *"events", "enter")
        await shown.until(lambda: isinstance(shown.screen, ResourceScreen))

        table, picture = await saved(shown, state / "screens")

        row = next(row for row in rows(table) if row["REASON"] == "'+Bad")
        assert row["MESSAGE"].startswith("'=HYPERLINK(")
        assert row["MESSAGE"].endswith("second")
        assert not {"\x1b", "\n"} & set(row["MESSAGE"])
        assert "\x1b" not in picture.read_text()


async def test_nodes_are_saved_from_the_map(state):
    async with dashboard() as shown:
        await filled(shown)
        await shown.press("t")
        await shown.until(lambda: isinstance(shown.screen, NodesScreen))

        table, _ = await saved(shown, state / "screens")

        assert table.name.startswith("nodes-")
        assert len(rows(table)) == 4


async def test_an_explanation_is_saved_as_a_picture(state):
    async with dashboard() as shown:
        await filled(shown)
        await shown.press("X")
        await shown.until(lambda: isinstance(shown.screen, ExplainScreen))

        (picture,) = await saved(shown, state / "screens")

        assert picture.name.startswith(f"why-{CLIQUE}-bbbbb-")


async def test_the_timeline_saves_the_recording_there_and_elsewhere(tmp_path):
    async with dashboard(save_dir=str(tmp_path / "mine")) as shown:
        await filled(shown)
        await shown.press("T")
        await shown.until(lambda: isinstance(shown.screen, TimelineScreen))
        await shown.press("ctrl+s")
        await shown.until(lambda: len(files(tmp_path / "mine", ".grove-recording.gz")) == 1)
        await shown.until(lambda: shown.said())
        await shown.press("escape", "W")

        found = await shown.until(
            lambda: files(tmp_path / "mine", ".gz") if len(shown.said()) == 2 else None
        )
        assert len(found) == 2
        assert all(read_recording(path).records for path in found)


async def test_a_folder_of_ones_own(tmp_path):
    async with dashboard(save_dir=str(tmp_path / "mine")) as shown:
        await filled(shown)

        assert len(await saved(shown, tmp_path / "mine")) == 2


def test_the_folder_is_a_setting(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("save-dir: /somewhere\n")
    assert load_settings({"config": str(path)}, {}).save_dir == "/somewhere"
    assert load_settings({}, {"GROVE_TUI_SAVE_DIR": "/else", "HOME": "/"}).save_dir == "/else"


async def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("here already")
    async with dashboard(save_dir=str(tmp_path / "file" / "below")) as shown:
        await filled(shown)

        await shown.press("ctrl+s")

        said = await shown.until(lambda: shown.said())
        folder = tmp_path / "file" / "below"
        assert said == [f"Nothing was saved: {folder} cannot be written (Not a directory)."]
        await shown.press("W")
        await shown.until(lambda: len(shown.said()) == 2)
        assert shown.said()[1] == f"The folder {folder} cannot be written: Not a directory."


# Copying


async def test_the_name_of_the_selected_row_is_copied():
    async with dashboard() as shown:
        await filled(shown)

        await shown.press("c")

        assert shown.app.clipboard == f"{CLIQUE}-bbbbb"
        assert f"Copied {CLIQUE}-bbbbb." in shown.said()


async def test_the_names_of_all_marked_rows_are_copied_in_their_order():
    async with dashboard() as shown:
        await filled(shown)
        await shown.press("space")
        await shown.select(f"{CLIQUE}-aaaaa")
        await shown.press("space", "c")

        assert shown.app.clipboard == f"{CLIQUE}-aaaaa\n{CLIQUE}-bbbbb"


async def test_the_terminal_is_told_by_osc_52(monkeypatch):
    async with dashboard() as shown:
        await filled(shown)
        written: list[str] = []
        monkeypatch.setattr(shown.app._driver, "write", written.append)

        await shown.press("c")

        # base64 of the name
        assert any("\x1b]52;c;c2ltLTAtd29ya2VyLWJiYmJi\a" in text for text in written)


async def test_yaml_is_copied_as_it_is_shown():
    async with dashboard() as shown:
        await filled(shown)
        await shown.press("y")
        await shown.until(lambda: isinstance(shown.screen, DocumentScreen))

        await shown.press("c")

        assert shown.app.clipboard.startswith("apiVersion: v1\nkind: Pod\n")
        assert f"name: {CLIQUE}-bbbbb" in shown.app.clipboard


async def test_on_the_map_where_c_cordons_capital_c_copies():
    async with dashboard() as shown:
        await filled(shown)
        await shown.press("t")
        await shown.until(lambda: isinstance(shown.screen, NodesScreen))
        await shown.press("C")

        assert shown.app.clipboard.startswith("fake-node-")
