"""A recording is a session like any other, except that time is the recording's own."""

import asyncio

import pytest

from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.cluster.freshness import State
from grove_tui.cluster.recordfile import RecordingError, write
from grove_tui.cluster.replay import ReplaySession, open_recording
from grove_tui.cluster.session import Place, Session
from grove_tui.kube.client import Client
from grove_tui.kube.errors import Forbidden, NotFound
from grove_tui.kube.resources import NODES, PODS
from grove_tui.reconcile.leadership import Policy
from grove_tui.reconcile.world import open_informers
from grove_tui.view.book import GangBook
from grove_tui.view.health import Word
from grove_tui.view.history import Note, Source
from tests.builders import at, pod
from tests.cluster import running_cluster
from tests.faults import FaultyTransport, status_response
from tests.recording.scenes import Scene
from tests.recording.test_transitions import breach_and_heal, scene_of_a_gang


@pytest.fixture
def session():
    scene, worker, both = scene_of_a_gang()
    breach_and_heal(scene, worker, both)
    return ReplaySession(scene.recorder.recording("prod", "default"))


def test_it_is_live_at_the_recorded_time(session):
    session.player.seek(at(12))

    assert session.connection.state is State.LIVE
    assert session.has_synced
    assert (session.place.name, session.clock()) == ("prod", at(12))


def test_views_work_on_it_as_on_a_cluster(session):
    session.player.seek(at(12))

    gang = next(GangBook(session.world, session.clock).all_gangs())

    assert gang.health.word is Word.BREACHED


def test_it_jumps_from_transition_to_transition(session):
    moments = []
    while session.next_transition() is not None:
        moments.append(session.clock())
    while session.previous_transition() is not None:
        moments.append(session.clock())

    assert moments == [at(10), at(11), at(21), at(11), at(10)]


def test_its_history_grows_as_it_is_played(session):
    session.player.go_to(2)

    assert [record.at for record in session.records()] == [at(10), at(11)]


async def test_an_object_is_read_as_it_was_at_the_time(session):
    name = "sim-0-worker-00000"
    body = await session.client.get_json(PODS, name, "default")

    assert (body["kind"], body["metadata"]["name"]) == ("Pod", name)
    assert (await session.client.get_json(NODES, "n"))["kind"] == "Node"
    session.player.seek(at(15))
    with pytest.raises(NotFound, match="not in the recording at this time"):
        await session.client.get_json(PODS, name, "default")


async def test_nothing_can_be_changed(session):
    with pytest.raises(Forbidden, match="this is a recording"):
        await session.client.delete(PODS, "sim-0-worker-00000", "default")
    assert await session.missing_kinds() == ()


async def test_time_passes_while_it_plays_and_then_stands_still():
    scene = Scene()
    scene.recorder.start()
    scene.put(pod("a"), after=2)
    session = ReplaySession(scene.recorder.recording("demo"))
    ended = asyncio.Event()
    session.player.on_change(lambda: ended.set() if session.player.is_at_end else None)
    session.player.faster(99)
    running = asyncio.create_task(session.run())

    session.player.toggle()
    await asyncio.wait_for(ended.wait(), 5)

    assert session.world.pods.get("default", "a") is not None
    assert not session.player.playing
    running.cancel()


async def test_a_file_that_cannot_be_played_says_so(tmp_path):
    with pytest.raises(RecordingError, match="cannot be read"):
        async with open_recording(tmp_path / "none.gz"):
            pass


async def test_a_session_records_by_itself_and_its_file_is_played(tmp_path):
    async with running_cluster(nodes=2) as cluster:
        client = cluster.connect()
        place = Place("demo", "", "", "default")
        live = Session(place, client, open_informers(client), clock=cluster.demo.options.clock)
        following = asyncio.create_task(live.run())
        await live.informers.wait_synced()
        nodes = len(live.world.nodes)
        arrived = asyncio.Event()
        live.recorder.on_record(lambda _: arrived.set() if len(live.world.nodes) > nodes else None)
        await cluster.client.create(NODES, {"metadata": {"name": "late"}})
        await asyncio.wait_for(arrived.wait(), 10)
        write(live.recorder.recording("demo"), tmp_path / "x.gz")
        following.cancel()

    async with open_recording(tmp_path / "x.gz") as session:
        before = len(session.world.nodes)
        session.player.go_to(session.player.last)
        after = session.world.nodes.get("", "late")

    assert before == nodes
    assert after is not None


async def test_a_reconcile_that_fails_is_part_of_what_happened():
    def broken(request):
        is_pod = request.method == "POST" and request.path.endswith("/pods")
        return status_response(500, "no more pods today") if is_pod else None

    async with running_cluster(nodes=2) as cluster:
        client = Client(FaultyTransport(cluster.connect().transport, rules=[broken]))
        session = Session(
            Place("demo", "", "", "default"),
            client,
            open_informers(client),
            clock=cluster.demo.options.clock,
            policy=Policy.ALWAYS,
        )
        noted: asyncio.Future[Note] = asyncio.get_running_loop().create_future()

        def listen(record):
            if isinstance(record, Note) and not noted.done():
                noted.set_result(record)

        session.recorder.on_record(listen)
        tasks = [asyncio.create_task(session.run()), asyncio.create_task(session.reconcile())]
        await session.informers.wait_synced()
        await cluster.client.create(PODCLIQUESETS, podcliqueset_body(), "default")
        note = await asyncio.wait_for(noted, 15)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    assert (note.kind, note.source) == ("PodClique", Source.RECONCILE)
    assert "no more pods today" in note.text


def podcliqueset_body():
    pod_spec = {"containers": [{"name": "main", "image": "nginx"}]}
    spec = {"roleName": "worker", "replicas": 1, "podSpec": pod_spec}
    template = {"cliques": [{"name": "worker", "spec": spec}]}
    return {"metadata": {"name": "sim"}, "spec": {"replicas": 1, "template": template}}
