"""The main screen follows the cluster, and its keys do what the help says."""

import json

from textual.command import CommandList, CommandPalette
from textual.widgets import Input, Static

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.resources import PODS
from grove_tui.screens.commands import COMMANDS
from grove_tui.screens.document import DocumentScreen
from grove_tui.screens.text import TextScreen
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"


async def filled(shown):
    await create_set(shown.cluster)
    await create_clique(shown.cluster)
    await shown.until(lambda: shown.row(f"{CLIQUE}-bbbbb"))


def names(shown):
    return [str(key) for key in shown.rows()]


def text(shown):
    return str(shown.screen.query_one("#text", Static).content)


async def test_objects_come_and_go_with_the_watch():
    async with dashboard() as shown:
        await filled(shown)

        await shown.cluster.client.delete(PODS, f"{CLIQUE}-aaaaa", "default")

        await shown.until(lambda: shown.row(f"{CLIQUE}-aaaaa") is None)
        assert shown.row(f"{CLIQUE}-bbbbb") is not None


async def test_the_cursor_stays_on_its_object():
    async with dashboard() as shown:
        await filled(shown)
        key = await shown.select(f"{CLIQUE}-bbbbb")

        await create_set(shown.cluster, "a-first")
        await shown.until(lambda: shown.row("a-first"))
        await shown.cluster.client.delete(PODS, f"{CLIQUE}-aaaaa", "default")
        await shown.until(lambda: shown.row(f"{CLIQUE}-aaaaa") is None)

        assert shown.tree.cursor_key == key


async def test_nodes_hold_their_pods():
    async with dashboard() as shown:
        await filled(shown)
        source = shown.table("nodes").source
        assert source is not None

        pod = await shown.until(
            lambda: next((p for p in shown.cluster.objects(PODS) if p.spec.node_name), None)
        )
        key = next(key for key in shown.rows("nodes") if key.name == pod.spec.node_name)

        await shown.until(lambda: "●" in source.row(key).cells[3].text)


async def test_enter_folds_and_unfolds():
    async with dashboard() as shown:
        await filled(shown)
        await shown.select(CLIQUE)

        await shown.press("enter")
        assert f"{CLIQUE}-aaaaa" not in names(shown)

        await shown.press("enter")
        assert f"{CLIQUE}-aaaaa" in names(shown)


async def test_enter_on_a_pod_describes_it():
    async with dashboard() as shown:
        await filled(shown)
        await shown.select(f"{CLIQUE}-aaaaa")

        await shown.press("enter")
        await shown.until(lambda: isinstance(shown.screen, TextScreen))

        assert f"{CLIQUE}-aaaaa" in text(shown)
        await shown.press("escape")
        assert shown.screen is shown.app.main_screen


async def test_filter_shows_matching_rows_and_escape_shows_all():
    async with dashboard() as shown:
        await filled(shown)
        await create_set(shown.cluster, "other")
        await shown.until(lambda: shown.row("other"))

        await shown.press("slash")
        await shown.type("aaaaa")
        assert names(shown)[-1] == f"{CLIQUE}-aaaaa"
        assert "other" not in names(shown)
        await shown.press("enter")
        assert shown.app.focused is shown.tree

        await shown.press("escape")
        assert "other" in names(shown)


async def test_a_wrong_filter_is_one_sentence_and_hides_nothing():
    async with dashboard() as shown:
        await filled(shown)

        await shown.press("slash")
        shown.screen.query_one("#filter", Input).value = "ready<many"
        problem = shown.screen.query_one("#filter-problem", Static)

        await shown.until(lambda: "many" in str(problem.content))
        assert CLIQUE in names(shown)


async def test_yaml_is_the_object_without_managed_fields():
    async with dashboard() as shown:
        await filled(shown)
        await shown.select(CLIQUE)

        await shown.press("y")
        await shown.until(lambda: isinstance(shown.screen, DocumentScreen))

        assert text(shown).startswith("apiVersion: grove.io/v1alpha1\nkind: PodClique\n")
        assert "managedFields" not in text(shown)


async def test_values_of_the_environment_are_covered_until_asked_for():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        container = {"name": "m", "image": "x", "env": [{"name": "TOKEN", "value": "s3cret"}]}
        await create_clique(shown.cluster, spec={"podSpec": {"containers": [container]}})
        await shown.select(CLIQUE)

        await shown.press("y")
        await shown.until(lambda: isinstance(shown.screen, DocumentScreen))
        assert "TOKEN" in text(shown)
        assert "s3cret" not in text(shown)

        await shown.press("v")
        assert "s3cret" in text(shown)


async def test_a_description_covers_values_and_names_events():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        env = [{"name": "TOKEN", "value": "s3cret"}]
        containers = [{"name": "main", "image": "nginx", "env": env}]
        await create_clique(shown.cluster, spec={"podSpec": {"containers": containers}})
        await shown.select(CLIQUE)

        await shown.press("d")
        await shown.until(lambda: isinstance(shown.screen, TextScreen))

        assert "Events" in text(shown)
        assert "minAvailable: 2" in text(shown)
        assert "s3cret" not in text(shown)


async def test_markup_in_the_cluster_is_text():
    hostile = "[/bar] [b]x[/b] [@click=app.quit]y[/]"
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster, metadata={"annotations": {"note": hostile}})
        await shown.select(CLIQUE)

        await shown.press("d")
        await shown.until(lambda: isinstance(shown.screen, TextScreen))
        assert hostile in text(shown)

        await shown.press("escape", "y")
        await shown.until(lambda: isinstance(shown.screen, DocumentScreen))
        assert json.dumps(hostile)[1:-1] in text(shown) or hostile in text(shown)


async def test_help_lists_the_keys_as_they_are_bound():
    async with dashboard(keymap={"object.scale": "x"}) as shown:
        await filled(shown)

        await shown.press("question_mark")

        lines = [line.split() for line in text(shown).splitlines()]
        assert ["x", "Scale", "object.scale"] in lines
        assert not any(line[:2] == ["s", "Scale"] for line in lines)


async def test_a_key_nobody_knows_is_told_and_changes_nothing():
    async with dashboard(keymap={"object.scael": "x", "object.scale": "z"}) as shown:
        await shown.until(lambda: any("object.scael" in said for said in shown.said()))

        assert "object.scale" in " ".join(shown.said())
        keys = {
            key
            for key, active in shown.screen.active_bindings.items()
            if active.binding.id == "object.scale"
        }
        assert keys == {"z"}


async def test_every_own_binding_has_an_id_and_a_description():
    async with dashboard() as shown:
        for key, active in shown.screen.active_bindings.items():
            module = type(active.node).__module__
            if module.startswith("grove_tui."):
                own = active.binding in type(active.node).BINDINGS
                assert active.binding.id or not own, key
                assert active.binding.description, key


async def test_palette_runs_what_a_key_does():
    async with dashboard() as shown:
        await filled(shown)
        await shown.select(CLIQUE)

        await shown.press("ctrl+p")
        await shown.until(lambda: isinstance(shown.screen, CommandPalette))
        await shown.type("show as yaml")
        await shown.pilot.pause(0.5)
        await shown.press("enter")

        await shown.until(lambda: isinstance(shown.screen, DocumentScreen))


async def test_events_are_those_of_the_selection_when_asked():
    async with dashboard() as shown:
        await filled(shown)
        events = shown.table("events")
        await shown.until(lambda: events.row_count)
        await create_set(shown.cluster, "other")
        await shown.select("other")

        await shown.press("E")
        assert events.row_count == 0

        await shown.press("E")
        assert events.row_count > 0


async def test_quit_leaves_with_success():
    async with dashboard() as shown:
        await shown.press("q")

        await shown.until(lambda: shown.app.return_code is not None)
        assert shown.app.return_code == 0
        assert shown.app.session is None


async def test_nothing_yet_says_what_to_do():
    async with dashboard() as shown:
        await shown.until(lambda: "Press a to apply" in shown.tree.empty)

        await shown.press("s", "ctrl+d", "d", "y")

        assert shown.screen is shown.app.main_screen


async def test_the_object_under_the_key_may_go_before_the_answer():
    async with dashboard() as shown:
        await filled(shown)
        await shown.select(CLIQUE)

        await shown.cluster.client.delete(PODCLIQUES, CLIQUE, "default")
        await shown.press("y")

        # Its set asks for another one, which may be what the row stands for by then.
        truths = ("is gone", "is not created yet")
        await shown.until(lambda: any(word in said for said in shown.said() for word in truths))
        assert shown.cluster.objects(PODCLIQUESETS)


async def test_the_palette_offers_the_keys_of_the_bar_first_then_places_then_the_rest():
    async with dashboard() as shown:
        await filled(shown)
        await shown.select(CLIQUE)

        await shown.press("ctrl+p")
        await shown.until(lambda: isinstance(shown.screen, CommandPalette))
        offers = shown.screen.query_one(CommandList)
        await shown.until(lambda: offers.option_count > len(COMMANDS))

        texts = [str(option.prompt).split("\n")[0] for option in offers.options]
        assert texts[0] == "Scale"
        assert texts.index("Describe") < texts.index("All gangs, trouble first")
        assert texts.index("Leave grove-tui") < texts.index("Up")
