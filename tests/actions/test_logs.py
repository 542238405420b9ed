"""Merged logs are complete, in order, within their limits, and survive broken connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from grove_tui.actions.logs import (
    MAX_FOLLOWED,
    Entry,
    LogBuffer,
    LogFollower,
    Source,
    sources_of,
    to_text,
)
from grove_tui.kube.client import Client
from grove_tui.kube.errors import Unreachable
from grove_tui.kube.objects import Pod
from grove_tui.kube.resources import PODS
from tests.builders import at, pod
from tests.cluster import running_cluster

A = Source("default", "a", "uid-a", "main")
B = Source("default", "b", "uid-b", "main")
LOG = "/api/v1/namespaces/default/pods/{}/log"


def stamped(seconds, text):
    return f"{at(seconds):%Y-%m-%dT%H:%M:%SZ} {text}".encode()


class Script:
    """One answer to a request for a log: a status, lines, and how it ends."""

    def __init__(self, *lines, status=200, breaks=False, message=""):
        self.status = status
        self.headers: dict[str, str] = {}
        self._lines = lines
        self._breaks = breaks
        self._message = message

    async def lines(self) -> AsyncIterator[bytes]:
        for line in self._lines:
            yield line
        if self._breaks:
            raise Unreachable("the stream broke")

    async def read(self) -> bytes:
        reason = {400: "BadRequest", 403: "Forbidden", 404: "NotFound"}[self.status]
        return (
            f'{{"kind":"Status","code":{self.status},"reason":"{reason}",'
            f'"message":"{self._message}"}}'
        ).encode()


class ScriptedTransport:
    """Answers each request for a log with the next script of that pod; then hangs."""

    def __init__(self, **scripts):
        self.scripts = {LOG.format(name): list(found) for name, found in scripts.items()}
        self.requests = []

    @asynccontextmanager
    async def stream(self, request, idle_timeout=0.0):
        self.requests.append(request)
        scripts = self.scripts.get(request.path, [])
        if not scripts:
            await asyncio.Event().wait()
        yield scripts.pop(0)


@asynccontextmanager
async def following(transport, *sources, **options):
    received: list[Entry] = []
    follower = LogFollower(Client(transport), received.extend, clock=lambda: at(99), **options)
    follower.set_sources(sources)
    running = asyncio.create_task(follower.run())
    yield follower, received
    running.cancel()


def texts(entries):
    return [f"{'# ' if entry.is_note else ''}{entry.text}" for entry in entries]


@pytest.mark.looptime
async def test_lines_of_several_pods_are_in_the_order_of_their_times():
    transport = ScriptedTransport(
        a=[Script(stamped(1, "a1"), stamped(4, "a4"))],
        b=[Script(stamped(2, "b2"), stamped(3, "b3"))],
    )

    async with following(transport, A, B) as (_, received):
        await asyncio.sleep(0.2)

    assert texts(received) == ["a1", "b2", "b3", "a4"]


@pytest.mark.looptime
async def test_a_broken_log_goes_on_without_losing_or_repeating_a_line():
    transport = ScriptedTransport(
        a=[
            Script(stamped(1, "one"), stamped(2, "two"), stamped(2, "two"), breaks=True),
            Script(stamped(2, "two"), stamped(2, "two"), stamped(2, "two"), stamped(3, "three")),
        ]
    )

    async with following(transport, A) as (_, received):
        await asyncio.sleep(5)

    lines = [entry.text for entry in received if not entry.is_note]
    assert lines == ["one", "two", "two", "two", "three"]
    assert texts(received)[3] == "# the stream broke; trying again"
    assert transport.requests[1].query["sinceTime"] == "2026-01-01T00:00:02Z"
    assert "tailLines" not in transport.requests[1].query


@pytest.mark.looptime
async def test_a_container_that_does_not_run_yet_is_tried_again_and_said_once():
    waiting = Script(status=400, message="container is waiting to start")
    transport = ScriptedTransport(a=[waiting, waiting, Script(stamped(1, "hello"))])

    async with following(transport, A) as (_, received):
        await asyncio.sleep(30)

    assert texts(received) == ["# container is waiting to start", "hello"]


@pytest.mark.looptime
@pytest.mark.parametrize(
    ("status", "note"), [(404, "# the pod is gone"), (403, "# you may not read it")]
)
async def test_what_cannot_be_had_is_said_and_left_alone(status, note):
    transport = ScriptedTransport(a=[Script(status=status, message="you may not read it")])

    async with following(transport, A) as (_, received):
        await asyncio.sleep(60)

    assert texts(received) == [note]
    assert len(transport.requests) == 1


@pytest.mark.looptime
async def test_attempts_become_rare_but_never_end():
    script = Script(breaks=True)
    transport = ScriptedTransport(a=[script] * 100)

    async with following(transport, A) as (_, received):
        await asyncio.sleep(100)

    assert 10 <= len(transport.requests) <= 20
    assert len(received) == 1


@pytest.mark.looptime
async def test_the_log_of_the_previous_run_is_read_once():
    transport = ScriptedTransport(a=[Script(stamped(1, "last words"))], b=[Script(status=400)])

    async with following(transport, A, B, previous=True) as (_, received):
        await asyncio.sleep(60)

    assert set(texts(received)) == {
        "last words",
        "# the log of the previous run ends here",
        "# there is no log of a previous run",
    }
    assert [request.query.get("previous") for request in transport.requests] == ["true"] * 2
    assert not any("follow" in request.query for request in transport.requests)


@pytest.mark.looptime
async def test_pods_come_and_go_while_it_runs():
    transport = ScriptedTransport(a=[Script(stamped(1, "a"))], b=[Script(stamped(2, "b"))])

    async with following(transport, A) as (follower, received):
        await asyncio.sleep(1)
        follower.set_sources([B])
        await asyncio.sleep(1)
        asked = len(transport.requests)
        await asyncio.sleep(60)

    assert texts(received) == ["a", "b"]
    assert [r.path for r in transport.requests[asked:]] in ([], [LOG.format("b")])


@pytest.mark.looptime
async def test_there_is_a_limit_to_how_many_are_followed():
    transport = ScriptedTransport()
    many = [Source("default", f"p{n}", f"u{n}", "main") for n in range(MAX_FOLLOWED + 5)]

    async with following(transport, *many) as (follower, _):
        await asyncio.sleep(1)

    assert len(transport.requests) == MAX_FOLLOWED
    assert follower.left_out == 5


async def test_the_logs_of_a_demo_pod_are_read_as_they_are_written():
    async with running_cluster(nodes=1) as cluster:
        body = {
            "metadata": {"name": "a"},
            "spec": {
                "containers": [
                    {"name": "main", "image": "nginx", "command": ["sh", "-c", "echo hello"]}
                ],
                "tolerations": [{"operator": "Exists"}],
            },
        }
        await cluster.client.create(PODS, body, "default")
        found = await cluster.until(lambda: running(cluster.object(PODS, "a")))
        received: asyncio.Queue[Entry] = asyncio.Queue()

        def receive(entries):
            for entry in entries:
                received.put_nowait(entry)

        follower = LogFollower(cluster.connect(), receive)
        follower.set_sources(sources_of([found]))
        task = asyncio.create_task(follower.run())
        async with asyncio.timeout(15):
            first, second = await received.get(), await received.get()
        task.cancel()

    assert first.text == "hello"
    assert (first.source.pod, first.source.container) == ("a", "main")
    assert second.text.startswith("level=info")
    assert second.at > first.at


def running(found: Pod | None):
    return found if found is not None and found.status.phase == "Running" else None


# Sources and buffers


def test_sources_are_containers_by_pod():
    both = [pod("b", spec={"initContainers": [{"name": "wait"}]}), pod("a")]

    assert [(s.pod, s.container) for s in sources_of(both)] == [("a", "main"), ("b", "main")]
    assert [s.container for s in sources_of(both, with_init=True)] == ["main", "wait", "main"]


def entry(text, seconds=0, *, source=A, is_note=False):
    return Entry(source, at(seconds), text, is_note)


def test_a_full_buffer_lets_the_oldest_lines_go():
    buffer = LogBuffer(max_lines=3)

    dropped = buffer.extend(entry(str(n)) for n in range(5))

    assert (dropped, buffer.first) == (2, 2)
    assert [e.text for e in buffer.entries] == ["2", "3", "4"]


def test_long_lines_fill_a_buffer_before_their_number_does():
    buffer = LogBuffer(max_characters=100)

    buffer.extend(entry("x" * 40) for _ in range(5))
    assert len(buffer) == 2
    buffer.clear()
    buffer.extend([entry("y" * 90)])

    assert (len(buffer), buffer.first) == (1, 5)


def test_a_saved_log_says_when_and_where():
    entries = [entry("one", 1), entry("gone", 2, source=B, is_note=True)]

    assert to_text(entries, with_pod=True) == (
        "2026-01-01T00:00:01.000Z a/main one\n2026-01-01T00:00:02.000Z b/main # gone\n"
    )
    assert to_text(entries[:1], with_pod=False) == "2026-01-01T00:00:01.000Z one\n"
