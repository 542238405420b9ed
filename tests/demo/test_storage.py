"""Storage keeps its promises: a revision per write, exact history, the same state reopened."""

import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from grove_tui.demo.storage import Event, Key, Storage, Stored, decode
from grove_tui.kube.errors import ConfigError, Gone

WINDOW = 12
KEYS = [
    Key(resource, namespace, name)
    for resource in ("pods", "nodes")
    for namespace in ("a", "b")
    for name in ("x", "y", "z")
]
keys = st.sampled_from(KEYS)


State = dict[Key, tuple[int, int]]


def obj(name: str, value: int = 0) -> dict[str, Any]:
    return {"metadata": {"name": name}, "value": value}


def as_state(listed: list[Stored]) -> State:
    return {stored.key: (stored.revision, stored.object["value"]) for stored in listed}


class AgainstListOfRevisions(RuleBasedStateMachine):
    """Compares with the naive model: the whole state after each revision, in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.storage = Storage(window=WINDOW)
        self.history: dict[int, State] = {self.storage.revision: {}}
        self.subscriptions: list[tuple[str, State, list[int]]] = []

    @initialize()
    def start_empty(self) -> None:
        assert self.storage.objects("pods") == []

    @rule(key=keys, value=st.integers(0, 3))
    def put(self, key: Key, value: int) -> None:
        before = self.storage.revision
        state = dict(self.history[before])
        stored = self.storage.put(key, obj(key.name, value))
        assert stored.revision == before + 1
        state[key] = (stored.revision, value)
        self.history[stored.revision] = state

    @rule(key=keys)
    def delete(self, key: Key) -> None:
        before = self.storage.revision
        state = dict(self.history[before])
        if key not in state:
            assert self.storage.get(key) is None
            return
        gone = self.storage.delete(key)
        assert gone.revision == before + 1
        assert gone.object["value"] == state.pop(key)[1]
        self.history[gone.revision] = state

    @rule(resource=st.sampled_from(["pods", "nodes"]), back=st.integers(0, WINDOW + 3))
    def watch_from_the_past(self, resource: str, back: int) -> None:
        since = self.storage.revision - back
        if since not in self.history:
            return
        mirror = {k: v for k, v in self.history[since].items() if k.resource == resource}
        revisions: list[int] = []
        self._subscribe(resource, since, mirror, revisions)

    def _subscribe(self, resource: str, since: int, mirror: State, revisions: list[int]) -> None:
        def offer(event: Event) -> None:
            follow(mirror, event)
            revisions.append(event.stored.revision)

        if since < self.storage.floor:
            with pytest.raises(Gone):
                self.storage.subscribe(resource, since, offer)
            assert revisions == []
            return
        self.storage.subscribe(resource, since, offer)
        self.subscriptions.append((resource, mirror, revisions))

    @rule(back=st.integers(0, WINDOW + 3))
    def look_back(self, back: int) -> None:
        revision = self.storage.revision - back
        if revision not in self.history:
            return
        if revision < self.storage.floor:
            with pytest.raises(Gone):
                self.storage.state_at("pods", revision)
            return
        expected = {k: v for k, v in self.history[revision].items() if k.resource == "pods"}
        assert as_state(self.storage.state_at("pods", revision)) == expected
        in_a = {k: v for k, v in expected.items() if k.namespace == "a"}
        assert as_state(self.storage.state_at("pods", revision, "a")) == in_a

    @invariant()
    def present_equals_model(self) -> None:
        state = self.history[self.storage.revision]
        for resource in ("pods", "nodes"):
            expected = {k: v for k, v in state.items() if k.resource == resource}
            listed = self.storage.objects(resource)
            assert as_state(listed) == expected
            assert [stored.key for stored in listed] == sorted(expected)
            assert self.storage.count(resource) == len(expected)

    @invariant()
    def every_watch_mirrors_its_resource(self) -> None:
        state = self.history[self.storage.revision]
        for resource, mirror, revisions in self.subscriptions:
            assert mirror == {k: v for k, v in state.items() if k.resource == resource}
            assert revisions == sorted(set(revisions))

    @invariant()
    def window_is_bounded(self) -> None:
        assert self.storage.revision - self.storage.floor <= WINDOW


def follow(mirror: State, event: Event) -> None:
    key = event.stored.key
    if event.type == "DELETED":
        del mirror[key]
        return
    assert (event.type == "ADDED") is (key not in mirror)
    mirror[key] = (event.stored.revision, event.stored.object["value"])


TestAgainstListOfRevisions = AgainstListOfRevisions.TestCase
TestAgainstListOfRevisions.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None
)


def test_resource_version_is_the_revision_of_the_write():
    storage = Storage()

    first = storage.put(KEYS[0], obj("x"))
    second = storage.put(KEYS[1], obj("y"))

    assert first.object["metadata"]["resourceVersion"] == str(first.revision)
    assert decode(second.body)["metadata"]["resourceVersion"] == str(first.revision + 1)


def test_the_object_handed_over_is_not_changed():
    storage = Storage()
    given = obj("x")

    storage.put(KEYS[0], given)

    assert given == obj("x")


def test_watch_line_is_encoded_once_for_all_watchers():
    storage = Storage()
    lines = []
    storage.subscribe("pods", storage.revision, lambda event: lines.append(event.line("ADDED")))
    storage.subscribe("pods", storage.revision, lambda event: lines.append(event.line("ADDED")))

    storage.put(KEYS[0], obj("x"))

    assert lines[0] is lines[1]
    assert decode(lines[0])["object"]["value"] == 0


def test_object_that_left_the_selection_is_shown_as_it_was_under_the_new_revision():
    storage = Storage()
    storage.put(KEYS[0], obj("x", 1))
    events: list[Event] = []
    storage.subscribe("pods", storage.revision, events.append)

    storage.put(KEYS[0], obj("x", 2))

    left = decode(events[0].line("DELETED"))["object"]
    assert left["value"] == 1
    assert left["metadata"]["resourceVersion"] == str(storage.revision)


def test_revision_from_the_future_is_refused():
    storage = Storage()

    with pytest.raises(Gone):
        storage.subscribe("pods", storage.revision + 1, lambda event: None)


def test_ended_subscription_hears_nothing_more():
    storage = Storage()
    events: list[Event] = []
    end = storage.subscribe("pods", storage.revision, events.append)

    end()
    storage.put(KEYS[0], obj("x"))

    assert events == []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "objects.sqlite"


def test_reopened_storage_has_the_same_objects_and_revision(path: Path):
    storage = Storage(path)
    storage.put(KEYS[0], obj("x", 1))
    storage.put(KEYS[1], obj("y", 2))
    storage.put(KEYS[0], obj("x", 3))
    storage.delete(KEYS[1])
    expected, revision = as_state(storage.objects("pods")), storage.revision
    storage.close()

    again = Storage(path)

    assert as_state(again.objects("pods")) == expected
    assert again.revision == again.floor == revision
    assert again.put(KEYS[2], obj("z")).revision == revision + 1
    again.close()


def test_window_starts_afresh_when_reopened(path: Path):
    storage = Storage(path)
    before = storage.revision
    storage.put(KEYS[0], obj("x"))
    storage.close()

    again = Storage(path)

    with pytest.raises(Gone):
        again.subscribe("pods", before, lambda event: None)
    again.close()


def test_writes_of_a_batch_that_raises_stay_as_in_memory(path: Path):
    storage = Storage(path)

    def write_and_fail() -> None:
        with storage.batch():
            storage.put(KEYS[0], obj("x"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    in_memory = as_state(storage.objects("pods"))
    storage.close()

    again = Storage(path)

    assert as_state(again.objects("pods")) == in_memory != {}
    again.close()


def test_file_is_for_its_owner_only(path: Path):
    storage = Storage(path)
    storage.put(KEYS[0], obj("x"))

    modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    storage.close()

    assert modes == {0o600}


def test_directory_in_use_is_one_clear_error(path: Path):
    storage = Storage(path)

    with pytest.raises(ConfigError, match="in use by another demo cluster"):
        Storage(path)
    storage.close()


def test_file_that_is_no_database_is_one_clear_error(path: Path):
    path.write_text("certainly not SQLite, but long enough to look like a file" * 20)

    with pytest.raises(ConfigError, match="cannot use"):
        Storage(path)


def test_committed_writes_survive_kill_9(path: Path):
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from grove_tui.demo.storage import Key, Storage\n"
        "storage = Storage(Path(sys.argv[1]))\n"
        "for n in range(50):\n"
        "    storage.put(Key('pods', 'a', f'p{n}'), {'metadata': {'name': f'p{n}'}, 'value': n})\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL

    again = Storage(path)

    assert again.count("pods") == 50
    assert again.revision == 51
    again.close()
