"""The commands for scripts: what they print, what they wait for, and their exit codes."""

import asyncio
import io
import json
from contextlib import asynccontextmanager
from xml.sax.saxutils import escape

import pytest

from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.cli.errors import CommandError
from grove_tui.cli.main import main
from grove_tui.cli.printer import Printer
from grove_tui.cli.reports import Order, follow
from grove_tui.cluster.session import Place, Session
from grove_tui.kube.client import Client
from grove_tui.kube.errors import Unreachable
from grove_tui.kube.objects import key_of
from grove_tui.kube.resources import PODS
from grove_tui.reconcile.world import open_informers
from grove_tui.view.book import GangBook
from grove_tui.view.report import Goal, SnapshotReport, TreeReport
from tests.cluster import running_cluster
from tests.faults import Faults, FaultyTransport
from tests.screens.hostile import MARKUP, UNSAFE, hostile_session
from tests.screens.still import fill, guide_world, still_session


class Terminal(io.StringIO):
    def isatty(self):
        return True


def make(name="single-node-disaggregated"):
    def report(session, book):
        return TreeReport(book, "default", name, cluster="demo")

    return report


def everything(session, book):
    return SnapshotReport(book, cluster="demo", namespace="")


@pytest.fixture
def session():
    session = still_session()
    fill(session.informers, guide_world())
    return session


async def test_a_tree_is_printed_once_whatever_its_health(session, capsys):
    code = await follow(session, make("single-node-aggregated"), Order())

    out = capsys.readouterr().out
    assert code == 0
    assert out.splitlines()[0].startswith("NAME ")
    assert "└─ ✖ single-node-aggregated-1 " in out
    assert "\x1b" not in out


async def test_a_set_that_is_not_there_is_an_error(session):
    with pytest.raises(CommandError, match="There is no PodCliqueSet nope in namespace default"):
        await follow(session, make("nope"), Order())


async def test_json_and_svg_hold_the_same_names(session, capsys):
    await follow(session, everything, Order("json"))
    found = json.loads(capsys.readouterr().out)
    await follow(session, everything, Order("svg"))
    picture = capsys.readouterr().out

    names = {pcs["name"] for pcs in found["podCliqueSets"]}
    assert names == {"single-node-aggregated", "single-node-disaggregated"}
    assert picture.startswith("<svg ")
    assert all(name in picture for name in names)


@pytest.mark.parametrize("form", ["text", "json", "svg"])
async def test_a_stream_without_our_symbols_gets_plain_ones(session, monkeypatch, form):
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="ascii"))

    code = await follow(session, everything, Order(form))

    out = written.getvalue().decode("ascii")
    assert code == 0
    assert "single-node-aggregated" in out
    assert form != "text" or "x single-node-aggregated-1" in out
    assert form != "json" or json.loads(out)


async def test_what_is_so_already_is_reached_at_once(session, capsys):
    code = await follow(session, make(), Order(goal=Goal.HEALTHY, timeout=5))

    assert code == 0
    assert "healthy" in capsys.readouterr().out


async def test_what_never_comes_is_a_failure_with_the_last_state(session, capsys):
    order = Order(goal=Goal.HEALTHY, timeout=0.05)

    code = await follow(session, make("single-node-aggregated"), order)

    out, err = capsys.readouterr()
    assert code == 1
    assert "breached" in out
    assert (
        err == "PodCliqueSet default/single-node-aggregated of demo is not healthy after 0.05 s.\n"
    )


async def test_nothing_left_is_reached_without_output(session, capsys):
    code = await follow(session, make("nope"), Order(goal=Goal.TERMINATED, timeout=5))

    assert (code, capsys.readouterr().out) == (0, "")


async def test_watching_a_pipe_prints_the_state_and_then_a_line_per_change(session, capsys):
    watching = asyncio.create_task(follow(session, make(), Order(watch=True)))
    await asyncio.sleep(0.05)
    before = capsys.readouterr().out
    pod = next(p for p in session.world.pods.values() if "decode" in p.metadata.name)
    session.informers.pods.store.remove(key_of(pod))
    await asyncio.sleep(0.2)
    after = capsys.readouterr().out.splitlines()
    watching.cancel()

    assert before.startswith("NAME")
    assert after[0].split(" ", 1)[1] == f"- ● {pod.metadata.name} pod"
    assert len(after) == 4


async def test_watching_ends_when_the_set_is_deleted(session, capsys):
    watching = asyncio.create_task(follow(session, make(), Order(watch=True)))
    waiting = asyncio.create_task(follow(session, make(), Order(goal=Goal.HEALTHY)))
    pod = next(p for p in session.world.pods.values() if "decode" in p.metadata.name)
    session.informers.pods.store.remove(key_of(pod))
    await asyncio.sleep(0.05)
    pcs = session.world.podcliquesets.get("default", "single-node-disaggregated")
    session.informers.podcliquesets.store.remove(key_of(pcs))

    codes = await asyncio.wait_for(asyncio.gather(watching, waiting, return_exceptions=True), 5)

    assert codes[0] == 0
    assert "was deleted." in capsys.readouterr().err


async def test_watching_as_json_prints_a_document_per_change(session, capsys):
    watching = asyncio.create_task(follow(session, make(), Order("json", watch=True)))
    await asyncio.sleep(0.05)
    pod = next(p for p in session.world.pods.values() if "decode" in p.metadata.name)
    session.informers.pods.store.remove(key_of(pod))
    await asyncio.sleep(0.2)
    watching.cancel()

    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    counts = [d["podCliqueSets"][0]["gangs"][0]["pods"]["ready"] for d in documents]
    assert counts == [5, 4]


def test_a_terminal_is_painted_over_in_place(session, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "6")
    terminal = Terminal()
    report = make()(session, GangBook(session.world, session.clock))
    printer = Printer(report, "text", terminal)

    printer.update()
    first = terminal.getvalue()
    printer.update()
    printer.finish()

    assert first.count("\n") == 5
    assert first.splitlines()[-1] == "… 6 more lines"
    assert max(len(line) for line in first.splitlines()) <= 59
    assert terminal.getvalue().count("\x1b[5F\x1b[J") == 2
    assert terminal.getvalue().count("decode-bbbbb") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["tree", "x", "--timeout", "5"], "--timeout limits --until; give both."),
        (["snapshot", "--watch", "-o", "svg"], "--watch prints text or json"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(arguments, sentence, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(sentence)


def test_without_a_cluster_there_is_a_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)

    assert main(["tree", "x"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "--kubeconfig" in err


@asynccontextmanager
async def live_session(cluster, wrap=lambda transport: transport):
    client = Client(wrap(cluster.connect().transport))
    place = Place("demo", "", "", "default")
    session = Session(place, client, open_informers(client), clock=cluster.demo.options.clock)
    following = asyncio.create_task(session.run())
    await session.informers.wait_synced()
    yield session
    following.cancel()


def small_set():
    """A set of one clique of two pods that the demo's nodes accept."""
    pod_spec = {
        "containers": [{"name": "main", "image": "nginx"}],
        "tolerations": [{"operator": "Exists"}],
    }
    spec = {"roleName": "worker", "replicas": 2, "podSpec": pod_spec}
    cliques = [{"name": "worker", "spec": spec}]
    return {
        "metadata": {"name": "sim"},
        "spec": {"replicas": 1, "template": {"cliques": cliques}},
    }


async def test_a_set_is_waited_for_from_apply_to_its_end(capsys):
    async with running_cluster(reconcile=True) as cluster, live_session(cluster) as session:
        arrived = asyncio.Event()
        session.informers.podcliquesets.add_handler(lambda _old, _new: arrived.set())
        await cluster.client.create(PODCLIQUESETS, small_set(), "default")
        await arrived.wait()
        started = await follow(session, make("sim"), Order(goal=Goal.HEALTHY, timeout=20))
        out = capsys.readouterr().out
        healthy = [pod.metadata.name for pod in cluster.objects(PODS)]
        await cluster.client.delete(PODCLIQUESETS, "sim", "default")
        ended = await follow(session, make("sim"), Order(goal=Goal.TERMINATED, timeout=20))

        assert (started, ended, len(healthy)) == (0, 0, 2)
        assert [name for name in healthy if f"{name}  pod   1/1" not in out] == []
        assert cluster.objects(PODS) == []


class Cable:
    """A connection that can be cut."""

    def __init__(self):
        self.is_cut = False
        self.faults = Faults()

    def wrap(self, inner):
        rule = lambda _: Unreachable("the cable is out") if self.is_cut else None  # noqa: E731
        return FaultyTransport(inner, faults=self.faults, rules=[rule])

    def cut(self, cluster):
        self.is_cut, self.faults.drop_watch = True, 1.0
        cluster.demo.api.close()

    def mend(self):
        self.is_cut, self.faults.drop_watch = False, 0.0


async def until_told(capsys, text):
    """Wait for a sentence on stderr; return all that was written meanwhile."""
    said = ""
    async with asyncio.timeout(20):
        while text not in said:
            await asyncio.sleep(0.02)
            said += capsys.readouterr().err
    return said


async def test_a_silent_cluster_is_told_while_it_is_watched(capsys):
    cable = Cable()
    async with running_cluster() as cluster, live_session(cluster, cable.wrap) as session:
        watching = asyncio.create_task(follow(session, everything, Order(watch=True)))
        await asyncio.sleep(0.1)

        cable.cut(cluster)
        session.look_again()
        said = await until_told(capsys, "Trying again.")
        assert said == "the cable is out. Trying again.\n"

        cable.mend()
        await until_told(capsys, "The cluster answers again.")
        watching.cancel()


async def test_what_is_waited_for_in_vain_says_that_nobody_answers(capsys):
    cable = Cable()
    async with running_cluster() as cluster, live_session(cluster, cable.wrap) as session:
        arrived = asyncio.Event()
        session.informers.podcliquesets.add_handler(lambda _old, _new: arrived.set())
        await cluster.client.create(PODCLIQUESETS, small_set(), "default")
        await arrived.wait()
        order = Order(goal=Goal.HEALTHY, timeout=3)
        waiting = asyncio.create_task(follow(session, make("sim"), order))
        cable.cut(cluster)
        session.look_again()

        assert await waiting == 1
        assert "is not healthy after 3 s. the cable is out." in capsys.readouterr().err


def test_a_terminal_has_the_silence_below_what_is_shown(session, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("LINES", "6")
    terminal = Terminal()
    report = make()(session, GangBook(session.world, session.clock))
    printer = Printer(report, "text", terminal)

    assert printer.remark("Nobody answers.")
    printer.update()

    lines = terminal.getvalue().splitlines()
    assert (len(lines), lines[-1]) == (5, "Nobody answers.")


@pytest.mark.parametrize("form", ["text", "json", "svg"])
async def test_hostile_text_of_a_cluster_reaches_no_terminal_as_control_codes(form, capsys):
    await follow(hostile_session(), everything, Order(form))
    out = capsys.readouterr().out

    assert not UNSAFE.search(out.replace("\n", ""))
    assert (escape(MARKUP) if form == "svg" else MARKUP) in out
