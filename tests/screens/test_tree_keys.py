"""Habits in the tree: order, width, marks, folding, and ways from row to row."""

from grove_tui.kube.resources import PODS
from grove_tui.screens.command import CommandScreen
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"


async def filled(shown):
    await create_set(shown.cluster)
    await create_clique(shown.cluster)
    await shown.until(lambda: shown.row(f"{CLIQUE}-bbbbb"))
    await shown.until(lambda: all(pod.spec.node_name for pod in shown.cluster.objects(PODS)))


def names(shown):
    return [str(key) for key in shown.rows()]


def title(shown):
    panel = shown.app.main_screen.query_one("#tree-panel")
    return str(panel.border_title)


async def test_sets_are_sorted_and_reversed_and_the_cursor_stays():
    async with dashboard() as shown:
        for name in ("aaa", "bbb"):
            await create_set(shown.cluster, name)
        key = await shown.select("bbb")
        assert [name for name in names(shown) if len(name) == 3] == ["aaa", "bbb"]

        await shown.press("N")
        await shown.until(
            lambda: [name for name in names(shown) if len(name) == 3] == ["bbb", "aaa"]
        )
        assert shown.tree.cursor_key == key
        assert "by name reversed" in title(shown)

        await shown.press("S")
        await shown.until(lambda: "by trouble" in title(shown))


async def test_columns_can_be_widened():
    async with dashboard(size=(180, 40)) as shown:
        await filled(shown)
        assert "HOSTNAME" not in shown.tree.titles_shown()

        await shown.press("ctrl+w")
        assert "HOSTNAME" in shown.tree.titles_shown()

        await shown.press("ctrl+w")
        assert "HOSTNAME" not in shown.tree.titles_shown()


async def test_marks_are_counted_and_cleared_and_forget_what_is_gone():
    async with dashboard() as shown:
        await filled(shown)
        await shown.select(f"{CLIQUE}-aaaaa")

        await shown.press("space", "space")
        await shown.until(lambda: "2 marked" in title(shown))
        await shown.cluster.client.delete(PODS, f"{CLIQUE}-aaaaa", "default")
        await shown.until(lambda: shown.row(f"{CLIQUE}-aaaaa") is None)
        assert {key.name for key in shown.app.main_screen.marks} == {f"{CLIQUE}-bbbbb"}

        await shown.press("ctrl+backslash")
        assert not shown.app.main_screen.marks
        assert "marked" not in title(shown)


async def test_a_range_is_marked_from_the_last_mark_on():
    async with dashboard() as shown:
        await filled(shown)
        first = await shown.select("sim-0")
        await shown.press("space")
        last = await shown.select(f"{CLIQUE}-bbbbb")

        await shown.press("ctrl+@")

        keys = shown.rows()
        wanted = set(keys[keys.index(first) : keys.index(last) + 1])
        await shown.until(lambda: shown.app.main_screen.marks == wanted)


async def test_the_owner_and_the_node_of_a_pod_are_a_key_away():
    async with dashboard() as shown:
        await filled(shown)
        pod = f"{CLIQUE}-aaaaa"
        node = next(p.spec.node_name for p in shown.cluster.objects(PODS) if p.metadata.name == pod)
        await shown.select(pod)
        await shown.press("o")
        await shown.until(lambda: shown.app.focused is shown.table("nodes"))
        assert str(shown.table("nodes").cursor_key) == node

        await shown.press("escape")
        owners = []
        for _ in range(3):
            before = shown.tree.cursor_key
            await shown.press("J")
            await shown.until(lambda before=before: shown.tree.cursor_key != before)  # type: ignore[misc]
            owners.append(str(shown.tree.cursor_key))
        assert owners == [CLIQUE, "sim-0", "sim"]


async def test_folding_goes_from_pods_to_gangs_and_back():
    async with dashboard() as shown:
        await filled(shown)
        everything = names(shown)

        await shown.press("z")
        await shown.until(lambda: names(shown) == ["sim", "sim-0", CLIQUE])
        await shown.press("z")
        await shown.until(lambda: names(shown) == ["sim", "sim-0"])
        await shown.press("z")
        await shown.until(lambda: names(shown) == everything)


async def test_the_overview_takes_the_place_of_the_tree_and_leads_back_into_it():
    async with dashboard() as shown:
        await filled(shown)
        await shown.select(f"{CLIQUE}-aaaaa")

        await shown.press("v")
        await shown.until(lambda: names(shown) == ["sim-0"])
        assert str(shown.tree.cursor_key) == "sim-0"
        assert title(shown).startswith("Gangs")
        await shown.cluster.client.delete(PODS, f"{CLIQUE}-bbbbb", "default")
        source = shown.tree.source
        await shown.until(
            lambda: source and source.row(shown.tree.cursor_key).cells[3].text != "2/2"
        )

        await shown.press("enter")
        await shown.until(lambda: len(names(shown)) > 1)
        assert str(shown.tree.cursor_key) == "sim-0"
        assert title(shown) == "Workloads"


async def test_only_trouble_leaves_rows_out_and_escape_brings_them_back():
    async with dashboard() as shown:
        await filled(shown)
        await shown.until(
            lambda: all(p.status.phase == "Running" for p in shown.cluster.objects(PODS))
        )

        await shown.press("ctrl+z")
        await shown.until(lambda: names(shown) == [])
        assert "only trouble" in title(shown)

        await shown.press("escape")
        await shown.until(lambda: CLIQUE in names(shown))


async def test_a_click_on_a_title_sorts_by_that_column():
    async with dashboard() as shown:
        for name in ("aaa", "bbb"):
            await create_set(shown.cluster, name)
        await shown.until(lambda: shown.row("bbb"))

        await shown.pilot.click(shown.tree, offset=(4, 0))

        await shown.until(lambda: names(shown)[0] == "bbb")


async def test_the_palette_offers_what_the_colon_does():
    async with dashboard() as shown:
        await shown.press("ctrl+p")
        await shown.pilot.pause(0.2)
        await shown.type("one namespace")
        await shown.pilot.pause(0.5)
        await shown.press("enter")

        await shown.until(lambda: isinstance(shown.screen, CommandScreen))
