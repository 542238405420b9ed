"""What is done is done to the object that was selected when the key was pressed, or to none.

The world is shuffled before, between and after key and answer: rows come, go, are made anew under
the same name and change their order. A transport notes what is asked of the cluster.
"""

import asyncio
import json
import re
from random import Random
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from textual.widgets import Button, Input, Static

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.client import Client
from grove_tui.kube.errors import Unreachable
from grove_tui.kube.objects import NamespacedName, key_of
from grove_tui.kube.resources import NODES, PODS
from grove_tui.kube.transport import Request, Response
from grove_tui.screens.confirm import ConfirmDialog
from grove_tui.screens.delete import DeleteDialog
from grove_tui.screens.scale import ScaleDialog
from grove_tui.view.keys import Key, Kind
from tests.builders import node
from tests.screens.still import app_of, clique, fill, still_session, template

KINDS = (PODCLIQUESETS, PODCLIQUES, PODS, NODES)
NAMES = ("aa", "bb", "cc", "dd")
PAINTED = 0.07
"""Seconds after which a change is on the screen."""


class Ledger:
    """A transport over the session's own stores that notes every write and does none of it."""

    def __init__(self, session) -> None:
        self._session = session
        self.writes: list[tuple[str, str]] = []
        """The path of each object that a write is for, and the uid that it names."""

    def _object(self, path):
        stores = {informer.resource.type: informer.store for informer in self._session.informers}
        for kind in KINDS:
            for obj in stores[kind.type].values():
                if path == kind.path(obj.metadata.namespace, obj.metadata.name):
                    return obj
        return None

    async def request(self, request: Request, timeout: float = 0) -> Response:  # noqa: ASYNC109 - the signature of transports
        path = request.path.removesuffix("/scale")
        body = json.loads(request.body) if request.body else {}
        found = self._object(path)
        if request.method == "GET" and request.path.endswith("/scale") and found is not None:
            scale = {"metadata": {"uid": found.metadata.uid}, "spec": {"replicas": 1}}
            return Response(200, body=msgspec.json.encode(scale))
        if request.method != "GET":
            told = body.get("preconditions") or body["metadata"]
            self.writes.append((path, told["uid"]))
        raise Unreachable("nothing is done")

    async def close(self) -> None:
        return None


class Play:
    """The dashboard on a world that hypothesis changes."""

    def __init__(self, seed=0) -> None:
        self.random = Random(seed)
        self.session = still_session()
        self.ledger = Ledger(self.session)
        self.session.client = Client(self.ledger)  # type: ignore[arg-type]
        self.stores = {i.resource.type: i.store for i in self.session.informers}
        self.made = self.done = 0
        for name in NAMES[:3]:
            self.add(name)
        fill(self.session.informers, [node(f"node-{number}") for number in range(3)])
        self.app = app_of(self.session)

    def draw(self, *choices):
        return self.random.choice(choices)

    # The world

    def add(self, name):
        fill(self.session.informers, [template(name, ("w", 2, 2)), *clique(name, 0, "w", 2, 2, 2)])

    def change(self):
        """Let something happen to something."""
        self.made += 1
        kind = self.draw(*KINDS)
        store = self.stores[kind.type]
        what = self.draw("add", "remove", "remake", "trouble")
        if what == "add":
            fill(self.session.informers, [node(f"node-{self.made % 5}")])
            self.add(self.draw(*NAMES))
        elif store.values():
            self.happen(what, store, self.draw(*sorted(store.keys())))

    def happen(self, what, store, key):
        obj = store.get(*key)
        if what == "remove":
            store.remove(key)
        elif what == "remake":
            store.remove(key)
            store.put(with_metadata(obj, uid=f"{obj.metadata.uid}-{self.made}"))
        else:
            # A deletion stamp makes trouble, and that another order.
            stamp = obj.metadata.creation_timestamp
            store.put(with_metadata(obj, deletion_timestamp=stamp, resource_version=str(self.made)))

    async def shuffle(self, pilot):
        for _ in range(self.random.randint(0, 3)):
            self.change()
        await pilot.pause(self.draw(0, PAINTED))

    def uid(self, path):
        found = self.ledger._object(path)
        return found.metadata.uid if found is not None else None

    # The user

    async def turn(self, pilot):
        """Select a row, press a key, answer yes."""
        await pilot.press(*["j"] * self.random.randint(0, 6))
        await self.shuffle(pilot)
        screen: Any = self.app.screen
        key = self.draw("s", "plus", "minus", "ctrl+d")
        before = {path_of(obj, kind): obj.metadata.uid for kind, obj in self.everything()}
        aimed = [screen.selected()]
        await pilot.press(key)
        # What is painted just now may move the cursor; then either row was under it.
        aimed += [screen.selected()]
        dialog = self.app.screen
        if not isinstance(dialog, ScaleDialog | DeleteDialog):
            return
        subject = str(dialog.query_one(".subject", Static).content)
        assert subject in [subject_of(row, key) for row in aimed if row is not None], (aimed, key)
        await self.shuffle(pilot)
        self.move_cursor(screen)
        await self.answer(pilot, dialog)
        path = next(path for path in before if path.endswith(f"/{subject}") and is_meant(path, key))
        assert set(self.ledger.writes) <= {(path, before[path])}, (aimed, key)
        self.done += len(self.ledger.writes)
        self.ledger.writes.clear()

    def move_cursor(self, screen):
        """Put the cursor under the dialog on another row."""
        rows = screen.rows_table()
        keys = [key for key in list(rows.source.keys()) if isinstance(key, Key)]
        if keys:
            rows.move_to(self.draw(*keys))

    async def answer(self, pilot, dialog):
        """Say yes as often as it takes, and leave if there is no yes to say."""
        if isinstance(dialog, ScaleDialog):
            await pilot.press("7")
        for _ in range(3):
            await pilot.pause(PAINTED)
            if self.app.screen is not dialog:
                return
            asked = re.search(
                r'Type "?([^"]+?)"? to go on', str(dialog.query_one("#question", Static).content)
            )
            dialog.query_one("#phrase", Input).value = asked[1] if asked else ""
            dialog.query_one("#act", Button).press()
        await pilot.pause(PAINTED)
        if self.app.screen is dialog:
            await pilot.press("escape")

    def everything(self):
        return [(kind, obj) for kind in KINDS for obj in self.stores[kind.type].values()]


def with_metadata(obj, **fields):
    return msgspec.structs.replace(obj, metadata=msgspec.structs.replace(obj.metadata, **fields))


def path_of(obj, kind):
    return kind.path(obj.metadata.namespace, obj.metadata.name)


def subject_of(aimed, key):
    """Return the name that a dialog has to show for a row."""
    if key != "ctrl+d" and aimed.kind is Kind.POD:
        return aimed.name.rpartition("-")[0]
    return aimed.name


def is_meant(path, key):
    return key == "ctrl+d" or "/pods/" not in path


# How rows and keys meet depends on the clock as well, so that nothing can be shrunk.
shuffled = settings(
    max_examples=4,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)


@shuffled
@given(st.integers(0, 2**32))
def test_no_action_is_for_another_object_than_the_one_selected_at_the_key(seed):
    async def play():
        table = Play(seed)
        async with table.app.run_test(size=(120, 40)) as pilot:
            await pilot.pause(PAINTED)
            await pilot.press(*table.draw((), ("S",), ("v",), ("colon", *"pods", "enter")))
            await pilot.pause(PAINTED)
            for _ in range(6):
                await table.turn(pilot)
        assert table.app._exception is None

    asyncio.run(play())


@shuffled
@given(st.integers(0, 2**32))
def test_no_node_is_cordoned_but_the_one_selected_at_the_key(seed):
    async def play():
        table = Play(seed)
        async with table.app.run_test(size=(120, 40)) as pilot:
            await pilot.press("t")
            for _ in range(6):
                await pilot.press(*["j"] * table.random.randint(0, 3))
                await table.shuffle(pilot)
                await pilot.pause(PAINTED)
                screen: Any = table.app.screen
                aimed = screen.selected()
                await pilot.press(table.draw("c", "u"))
                if aimed is None or not isinstance(table.app.screen, ConfirmDialog):
                    continue
                before = table.stores[NODES.type].get("", aimed.name)
                await table.shuffle(pilot)
                table.app.screen.query_one("#act", Button).press()
                await pilot.pause(PAINTED)

                assert before is not None
                expected = (NODES.path("", aimed.name), before.metadata.uid)
                assert set(table.ledger.writes) <= {expected}
                table.ledger.writes.clear()
        assert table.app._exception is None

    asyncio.run(play())


def test_the_ledger_knows_what_it_is_asked_for():
    table = Play()
    key = NamespacedName("default", "aa")

    assert key_of(table.ledger._object(PODCLIQUESETS.path(*key))) == key
    assert table.ledger._object(PODS.path(*key)) is None
