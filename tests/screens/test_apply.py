"""Applying manifests by keyboard: all of a file or nothing, every mistake named."""

import asyncio

from textual.widgets import Button, Input, Static

from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.kube.resources import NAMESPACES, SERVICES
from grove_tui.screens.apply import ApplyDialog, complete
from tests.faults import FaultyTransport
from tests.screens.live import dashboard

GOOD = """\
apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata:
  name: {name}
spec:
  replicas: 1
  template:
    cliques:
    - name: worker
      spec:
        roleName: worker
        replicas: 2
        podSpec:
          containers:
          - name: main
            image: nginx
"""
SERVICE = """\
---
apiVersion: v1
kind: Service
metadata:
  name: front
spec:
  ports:
  - port: 80
"""


async def apply(shown, path):
    await shown.press("a")
    await shown.until(lambda: isinstance(shown.screen, ApplyDialog))
    shown.screen.query_one("#path", Input).value = str(path)
    await shown.press("enter")


def problems(shown):
    return [
        str(shown.screen.query_one(selector, Static).content)
        for selector in ("#problems", "#problem")
    ]


def replicas(shown):
    found = shown.cluster.object(PODCLIQUESETS, "fresh")
    return found.spec.replicas if found is not None else None


async def test_a_file_is_applied(tmp_path):
    path = tmp_path / "pcs.yaml"
    path.write_text(GOOD.format(name="fresh"))
    async with dashboard() as shown:
        await apply(shown, path)

        await shown.until(lambda: shown.cluster.object(PODCLIQUESETS, "fresh"))
        await shown.until(lambda: not isinstance(shown.screen, ApplyDialog))
        assert any("Applied PodCliqueSet fresh" in said for said in shown.said())
        await shown.until(lambda: shown.row("fresh"))


async def test_applying_again_changes_what_is_there(tmp_path):
    path = tmp_path / "pcs.yaml"
    path.write_text(GOOD.format(name="fresh"))
    async with dashboard() as shown:
        await apply(shown, path)
        await shown.until(lambda: shown.cluster.object(PODCLIQUESETS, "fresh"))
        await shown.until(lambda: not isinstance(shown.screen, ApplyDialog))

        path.write_text(GOOD.format(name="fresh").replace("replicas: 1", "replicas: 3"))
        await apply(shown, path)

        await shown.until(lambda: replicas(shown) == 3)


async def test_a_mistake_in_one_document_applies_none(tmp_path):
    path = tmp_path / "two.yaml"
    bad = GOOD.format(name="bad").replace("replicas: 2", "replicas: -2")
    path.write_text(GOOD.format(name="good") + "---\n" + bad)
    async with dashboard() as shown:
        await apply(shown, path)
        await shown.until(lambda: "nothing was applied" in problems(shown)[1])

        said = problems(shown)[0]
        assert "PodCliqueSet bad (line 18)" in said
        assert "spec.template.cliques[0].spec.replicas" in said
        assert shown.cluster.objects(PODCLIQUESETS) == []


async def test_every_mistake_is_named_with_its_field(tmp_path):
    path = tmp_path / "pcs.yaml"
    text = GOOD.format(name="bad").replace("replicas: 2", "replicas: 2\n        minAvailable: 5")
    path.write_text(text.replace("name: worker\n", "name: Wörker\n"))
    async with dashboard() as shown:
        await apply(shown, path)
        await shown.until(lambda: "nothing was applied" in problems(shown)[1])

        fields = [line.split(": ")[1] for line in problems(shown)[0].splitlines()]
        assert "spec.template.cliques[0].spec.minAvailable" in fields
        assert "spec.template.cliques[0].name" in fields


async def test_an_unknown_kind_is_named(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("apiVersion: example.com/v1\nkind: Nothing\nmetadata: {name: a}\n")
    async with dashboard() as shown:
        await apply(shown, path)
        await shown.until(lambda: "nothing was applied" in problems(shown)[1])

        assert problems(shown)[0] == (
            "Nothing a (line 1): the cluster knows no kind Nothing in example.com/v1."
        )


async def test_a_missing_file_is_one_sentence(tmp_path):
    async with dashboard() as shown:
        await apply(shown, tmp_path / "none.yaml")

        await shown.until(lambda: problems(shown)[1])
        assert problems(shown)[1] == f"There is no file {tmp_path / 'none.yaml'}."


async def test_a_second_document_of_another_kind_goes_with_it(tmp_path):
    path = tmp_path / "two.yaml"
    path.write_text(GOOD.format(name="fresh") + SERVICE)
    async with dashboard() as shown:
        await apply(shown, path)

        await shown.until(lambda: shown.cluster.object(PODCLIQUESETS, "fresh"))
        session = shown.app.session
        assert session is not None
        await shown.until(lambda: session.world.services.get("default", "front"))


async def test_an_example_is_applied_by_its_name():
    async with dashboard() as shown:
        await apply(shown, "single-node-aggregated")

        await shown.until(lambda: shown.cluster.object(PODCLIQUESETS, "single-node-aggregated"))


async def test_tab_completes_and_then_goes_on(tmp_path):
    (tmp_path / "nodes.yaml").touch()
    async with dashboard() as shown:
        await shown.press("a")
        await shown.until(lambda: isinstance(shown.screen, ApplyDialog))
        field = shown.screen.query_one("#path", Input)
        field.value = f"{tmp_path}/no"
        await shown.until(lambda: field._suggestion)

        await shown.press("tab")
        assert field.value == f"{tmp_path}/nodes.yaml"
        assert field.has_focus

        await shown.press("tab")
        assert not field.has_focus


def forbidding(verb, resource, namespace="default"):
    async def prepare(cluster):
        cluster.demo.api.authorize = lambda asked: (
            (asked.verb, asked.resource, asked.namespace) != (verb, resource, namespace)
        )

    return prepare


async def test_each_document_that_may_not_be_written_is_named_before_any_is_sent(tmp_path):
    sent = []

    def wrap(inner):
        rule = lambda request: sent.append(request) if request.method == "PATCH" else None  # noqa: E731
        return FaultyTransport(inner, rules=[rule])

    path = tmp_path / "all.yaml"
    path.write_text(GOOD.format(name="fresh") + SERVICE + SERVICE.replace("front", "back"))
    async with dashboard(prepare=forbidding("patch", "services"), wrap=wrap) as shown:
        await apply(shown, path)

        told = await shown.until(lambda: problems(shown)[0])
        assert told.splitlines() == [
            "Service front (line 18): you may not patch services in namespace default.",
            "Service back (line 26): you may not patch services in namespace default.",
        ]
        assert problems(shown)[1] == "2 mistakes; nothing was applied."
        assert sent == []
        assert replicas(shown) is None


async def test_what_may_be_changed_but_not_created_is_one_sentence(tmp_path):
    path = tmp_path / "pcs.yaml"
    path.write_text(GOOD.format(name="fresh"))
    async with dashboard(prepare=forbidding("create", "podcliquesets")) as shown:
        await apply(shown, path)

        told = await shown.until(lambda: problems(shown)[0])
        assert 'cannot create resource "podcliquesets"' in told
        assert "\n" not in told
        assert replicas(shown) is None


async def test_what_goes_into_a_new_namespace_is_judged_before_that_is_made(tmp_path):
    path = tmp_path / "all.yaml"
    space = "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n"
    path.write_text(space + SERVICE.replace("name: front", "name: front\n  namespace: team"))
    async with dashboard(prepare=forbidding("create", "services", "team")) as shown:
        await apply(shown, path)

        told = await shown.until(lambda: problems(shown)[0])
        assert told == "Service front (line 5): you may not create services in namespace team."
        assert shown.cluster.object(NAMESPACES, "team") is None


class Slow(FaultyTransport):
    """Writes one object at a time, each when it is let through."""

    def __init__(self, inner):
        super().__init__(inner)
        self.turns = asyncio.Semaphore(0)

    async def request(self, request, timeout=30):  # noqa: ASYNC109 - the signature of transports
        if request.method == "PATCH" and "dryRun" not in request.query:
            await self.turns.acquire()
        return await super().request(request, timeout)


async def slowly(shown, transports, path, number):
    """Begin to apply services, and let some of them through."""
    names = [f"s{n}" for n in range(5)]
    path.write_text("".join(SERVICE.replace("front", name) for name in names))
    await apply(shown, path)
    for count in range(1, number + 1):
        transports[0].turns.release()
        await shown.until(lambda count=count: f"applying: {count} of 5 objects" in shown.words())


async def test_many_objects_have_their_progress_and_can_be_stopped(tmp_path):
    transports = []

    def wrap(inner):
        transports.append(Slow(inner))
        return transports[0]

    async with dashboard(wrap=wrap) as shown:
        await slowly(shown, transports, tmp_path / "all.yaml", 2)
        assert str(shown.screen.query_one("#cancel", Button).label) == "Stop"
        await shown.press("enter")  # changes nothing: one at a time

        await shown.press("escape")
        transports[0].turns.release()

        said = "Stopped; Service s0, Service s1, Service s2 went through."
        await shown.until(lambda: problems(shown)[1] == said)
        assert {s.metadata.name for s in shown.cluster.objects(SERVICES, "default")} >= {"s0", "s2"}
        assert shown.cluster.object(SERVICES, "s3") is None
        await shown.press("escape")
        assert shown.screen is shown.app.main_screen


async def test_of_many_objects_the_first_ones_are_named(tmp_path):
    path = tmp_path / "all.yaml"
    path.write_text("".join(SERVICE.replace("front", f"s{n}") for n in range(9)))
    async with dashboard() as shown:
        await apply(shown, path)

        first = ", ".join(f"Service s{n}" for n in range(6))
        await shown.until(lambda: f"Applied {first} and 3 more." in shown.said())


async def test_who_stops_twice_leaves_at_once(tmp_path):
    transports = []

    def wrap(inner):
        transports.append(Slow(inner))
        return transports[0]

    async with dashboard(wrap=wrap) as shown:
        await slowly(shown, transports, tmp_path / "all.yaml", 1)

        await shown.press("escape", "escape")

        assert shown.screen is shown.app.main_screen


async def test_what_was_only_tried_is_not_said_to_have_gone_through(tmp_path):
    path = tmp_path / "all.yaml"
    bad = SERVICE.replace("front", "back").replace("port: 80", "port: many")
    path.write_text(SERVICE + bad)
    async with dashboard() as shown:
        await apply(shown, path)

        await shown.until(lambda: problems(shown)[0])
        assert problems(shown)[1] == "1 mistake; nothing was applied."
        assert shown.cluster.object(SERVICES, "front") is None


async def test_what_names_no_namespace_goes_to_the_one_that_is_shown(tmp_path):
    path = tmp_path / "pcs.yaml"
    path.write_text(GOOD.format(name="fresh"))
    async with dashboard() as shown:
        await shown.cluster.client.create(NAMESPACES, {"metadata": {"name": "team"}})
        shown.app.main_screen.narrow("team")

        await apply(shown, path)

        await shown.until(lambda: shown.cluster.object(PODCLIQUESETS, "fresh", "team"))
        assert replicas(shown) is None


async def test_who_may_not_apply_is_not_told_to():
    async with dashboard(read_only=True) as shown:
        await shown.until(lambda: shown.tree.empty == "No PodCliqueSet in any namespace yet.")


async def test_nothing_is_asked_where_nothing_may_be_changed():
    async with dashboard(read_only=True) as shown:
        await shown.press("a")

        assert not isinstance(shown.screen, ApplyDialog)
        assert any("--read-only" in said for said in shown.said())


def test_paths_are_completed_to_manifests_and_folders(tmp_path):
    (tmp_path / "notes.txt").touch()
    (tmp_path / "nodes.yaml").touch()
    (tmp_path / "sets").mkdir()

    assert complete(f"{tmp_path}/n") == f"{tmp_path}/nodes.yaml"
    assert complete(f"{tmp_path}/s") == f"{tmp_path}/sets/"
    assert complete("single-node-agg") == "single-node-aggregated.yaml"
    assert complete(f"{tmp_path}/x") is None
    assert complete(f"{tmp_path}/none/x") is None
