"""Editing in a real editor: what the server has afterwards, and that nothing typed is lost."""

import os
import stat
import sys
import tempfile
from pathlib import Path

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from grove_tui.actions.editing import MOST_RETRIES
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.resources import NODES, PODS
from tests.faults import FaultyTransport, status_response
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"
SCRIPT = """\
#!{python}
import json, os, shutil, stat, sys
path, folder = sys.argv[-1], {folder!r}
turn = len(os.listdir(folder))
shutil.copy(path, os.path.join(folder, f"{{turn}}.yaml"))
with open(os.path.join(folder, f"{{turn}}.yaml"), "a") as copy:
    copy.write(f"# mode {{stat.S_IMODE(os.stat(path).st_mode):o}} args {{sys.argv[1:-1]}}\\n")
text = open(path).read()
{edits}
"""


class Editor:
    """A real program as $EDITOR that edits by a script, and keeps what it was given each time."""

    def __init__(self, folder: Path, monkeypatch) -> None:
        self._seen = folder / "seen"
        self._seen.mkdir()
        self._program = folder / "my editor"
        monkeypatch.setenv("EDITOR", f"'{self._program}' --wait")

    def does(self, *edits: str) -> None:
        """Let it run one piece of Python each time it is opened; `text` is the file's text."""
        branches = "\n".join(
            f"if turn == {turn}:\n    {edit}\n    open(path, 'w').write(text)"
            for turn, edit in enumerate(edits)
        )
        script = SCRIPT.format(python=sys.executable, folder=str(self._seen), edits=branches)
        self._program.write_text(script)
        self._program.chmod(0o755)

    @property
    def seen(self) -> list[str]:
        """The texts that it was opened with."""
        count = len(list(self._seen.iterdir()))
        return [(self._seen / f"{turn}.yaml").read_text() for turn in range(count)]


@pytest.fixture
def editor(tmp_path, monkeypatch):
    # A headless terminal has nothing to give away, so giving it away costs nothing.
    monkeypatch.setattr(HeadlessDriver, "can_suspend", True)
    monkeypatch.delenv("KUBE_EDITOR", raising=False)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return Editor(tmp_path, monkeypatch)


def files_left(tmp_path):
    return sorted((tmp_path / "tmp").iterdir())


async def clique(cluster):
    await create_set(cluster)
    await create_clique(cluster)


async def edit(shown, name=CLIQUE):
    await shown.select(name)
    await shown.press("e")
    await shown.until(lambda: shown.said())


def spec(shown, name=CLIQUE):
    return shown.cluster.the(PODCLIQUES, name).spec


async def test_what_is_saved_is_what_the_server_has(editor, tmp_path):
    editor.does("text = text.replace('replicas: 2', 'replicas: 5')")
    async with dashboard(prepare=clique) as shown:
        await edit(shown)

        assert spec(shown).replicas == 5
        assert shown.said() == [f"PodClique {CLIQUE} is changed."]
        (text,) = editor.seen
        assert f"name: {CLIQUE}" in text
        assert "status:" not in text
        assert "managedFields:" not in text
        assert "# mode 600 args ['--wait']" in text
        assert not files_left(tmp_path)
        assert shown.screen is shown.app.main_screen


async def test_only_what_was_edited_is_sent(editor):
    editor.does("text = text.replace('roleName: worker', 'roleName: other')")
    async with dashboard(prepare=clique) as shown:
        sent = []
        client = shown.session.client
        watching = FaultyTransport(client.transport)
        watching.rules.append(lambda request: sent.append(request))
        client.transport = watching
        await edit(shown)

        assert spec(shown).role_name == "other"
        (patch,) = [request for request in sent if request.method == "PATCH"]
        assert b'"replicas"' not in (patch.body or b"")
        uid = shown.cluster.the(PODCLIQUES, CLIQUE).metadata.uid
        assert f'"uid":"{uid}"'.encode() in patch.body
        assert b'"resourceVersion"' in patch.body


@pytest.mark.parametrize("change", ["pass", "text = '# mine\\n' + text", "text = ''"])
async def test_without_a_change_nothing_is_sent(editor, tmp_path, change):
    editor.does(change)
    async with dashboard(prepare=clique) as shown:
        before = shown.cluster.the(PODCLIQUES, CLIQUE).metadata.resource_version

        await edit(shown)

        assert f"PodClique {CLIQUE} is as it was." in shown.said()[0]
        assert shown.cluster.the(PODCLIQUES, CLIQUE).metadata.resource_version == before
        assert not files_left(tmp_path)


async def test_what_the_server_refuses_comes_back_with_the_fields_and_the_text(editor, tmp_path):
    editor.does(
        "text = text.replace('replicas: 2', 'replicas: minus  # my remark')",
        "text = text.replace('replicas: minus', 'replicas: 4')",
    )
    async with dashboard(prepare=clique) as shown:
        await edit(shown)

        assert spec(shown).replicas == 4
        again = editor.seen[1]
        assert again.startswith("# spec.replicas: ")
        assert "replicas: minus  # my remark" in again
        assert "Lines like this one are left out" not in again
        assert not files_left(tmp_path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("text = text + 'a: [1\\n'", "# the text is not YAML, line "),
        (f"text = text.replace('name: {CLIQUE}', 'name: other')", "# metadata.name: may not"),
        ("text = text.replace('kind: PodClique', 'kind: Pod')", "# kind: may not be changed"),
        ("text = text + '---\\n' + text", "# This is one object to edit, not 2."),
        ("text = 'just words'", "# the text, line 1: this is no Kubernetes object"),
    ],
)
async def test_what_is_no_such_object_comes_back_with_the_reason(editor, tmp_path, change, reason):
    editor.does(change, "pass")
    async with dashboard(prepare=clique) as shown:
        await edit(shown)

        assert editor.seen[1].startswith(reason)
        (left,) = files_left(tmp_path)
        assert stat.S_IMODE(left.stat().st_mode) == 0o600
        assert f"What you typed is in {left}." in shown.said()[0]
        assert spec(shown).replicas == 2


async def test_an_editor_that_gives_up_sends_nothing_and_keeps_the_text(editor, tmp_path):
    editor.does("open(path, 'w').write(text.replace('replicas: 2', 'replicas: 7')); sys.exit(3)")
    async with dashboard(prepare=clique) as shown:
        await edit(shown)

        (left,) = files_left(tmp_path)
        assert "replicas: 7" in left.read_text()
        assert "ended with 3; nothing was sent." in shown.said()[0]
        assert str(left) in shown.said()[0]
        assert spec(shown).replicas == 2


async def test_an_editor_that_is_ended_says_by_what_and_leaves_no_file(editor, tmp_path):
    editor.does("os.kill(os.getpid(), 15)")
    async with dashboard(prepare=clique) as shown:
        await edit(shown)

        assert "ended by SIGTERM; nothing was sent." in shown.said()[0]
        assert not files_left(tmp_path)


# Others change the same object


def interfering(shown, change, times=1):
    """Before the next patches are let through, let somebody else change the object."""
    client = shown.session.client
    client.transport = Interfering(client.transport, change, times)


class Interfering(FaultyTransport):
    """Lets somebody else change something just before a patch arrives."""

    def __init__(self, inner, change, times):
        super().__init__(inner)
        self._change, self._left = change, times

    async def request(self, request, timeout=30):  # noqa: ASYNC109 - the signature of transports
        if request.method == "PATCH" and self._left:
            self._left -= 1
            await self._change()
        return await self.inner.request(request, timeout)


async def test_a_status_that_changes_meanwhile_does_not_matter(editor):
    editor.does("text = text.replace('replicas: 2', 'replicas: 5')")
    async with dashboard(prepare=clique) as shown:

        async def report():
            patch = {"status": {"readyReplicas": 1}}
            await shown.cluster.client.patch(
                PODCLIQUES, CLIQUE, patch, "default", subresource="status"
            )

        interfering(shown, report)
        await edit(shown)

        assert spec(shown).replicas == 5
        assert len(editor.seen) == 1


async def test_what_another_changed_is_told_and_stays_where_it_was_not_edited(editor):
    editor.does(
        "text = text.replace('roleName: worker', 'roleName: other')",
        "text = text[text.index('apiVersion'):]",
    )
    async with dashboard(prepare=clique) as shown:
        interfering(shown, lambda: shown.cluster.client.scale(PODCLIQUES, CLIQUE, 9, "default"))
        await edit(shown)

        assert "# spec.replicas: 2 → 9" in editor.seen[1]
        assert "roleName: other" in editor.seen[1]
        assert (spec(shown).role_name, spec(shown).replicas) == ("other", 9)


async def test_an_object_that_never_rests_ends_in_the_editor(editor, tmp_path):
    editor.does("text = text.replace('replicas: 2', 'replicas: 5')", "pass")
    async with dashboard(prepare=clique) as shown:
        count = iter(range(100))

        async def report():
            patch = {"status": {"readyReplicas": next(count)}}
            await shown.cluster.client.patch(
                PODCLIQUES, CLIQUE, patch, "default", subresource="status"
            )

        interfering(shown, report, MOST_RETRIES)
        await edit(shown)

        assert editor.seen[1].startswith("# The object changes faster than it can be sent.")
        assert len(files_left(tmp_path)) == 1


async def test_an_object_recreated_under_the_name_is_not_changed(editor, tmp_path):
    editor.does("text = text.replace('replicas: 2', 'replicas: 5')")
    async with dashboard(prepare=clique) as shown:

        async def recreate():
            await shown.cluster.client.delete(PODCLIQUES, CLIQUE, "default")
            await create_clique(shown.cluster, replicas=0)

        interfering(shown, recreate)
        await edit(shown)

        assert spec(shown).replicas == 0
        assert "was replaced by another object" in shown.said()[0]
        assert len(files_left(tmp_path)) == 1


async def test_who_may_not_is_told_once_and_keeps_the_text(editor, tmp_path):
    editor.does("text = text.replace('replicas: 2', 'replicas: 5')")
    async with dashboard(prepare=clique) as shown:
        client = shown.session.client
        refusing = FaultyTransport(client.transport)
        refusing.rules.append(
            lambda request: (
                status_response(403, "podcliques is forbidden")
                if request.method == "PATCH"
                else None
            )
        )
        client.transport = refusing
        await edit(shown)

        assert f"You may not edit PodClique {CLIQUE}" in shown.said()[0]
        assert len(editor.seen) == len(files_left(tmp_path)) == 1


# Which object, and whether at all


async def test_a_replica_stands_for_its_set(editor):
    editor.does("text = text.replace('replicas: 1', 'replicas: 3')")
    async with dashboard(prepare=clique) as shown:
        await edit(shown, "sim-0")

        assert shown.cluster.the(PODCLIQUESETS, "sim").spec.replicas == 3


async def test_a_node_and_a_pod_are_edited_like_anything_else(editor):
    label = "text = text.replace('  labels:\\n', '  labels:\\n    tried: once\\n')"
    editor.does(label, label)
    async with dashboard(prepare=clique) as shown:
        await edit(shown, f"{CLIQUE}-aaaaa")
        pod = shown.cluster.the(PODS, f"{CLIQUE}-aaaaa")
        assert pod.metadata.labels["tried"] == "once"

        nodes = shown.table("nodes")
        nodes.focus()
        await shown.press("g", "e")
        await shown.until(lambda: len(shown.said()) == 2)
        name = str(nodes.cursor_key)
        assert shown.said()[-1] == f"Node {name} is changed."
        assert shown.cluster.the(NODES, name).metadata.labels["tried"] == "once"


async def test_values_of_the_environment_are_there_to_be_edited(editor):
    editor.does("text = text.replace('value: secret', 'value: changed')")

    async def with_environment(cluster):
        await create_set(cluster)
        container = {"name": "main", "image": "nginx", "env": [{"name": "A", "value": "secret"}]}
        await create_clique(cluster, spec={"podSpec": {"containers": [container]}})

    async with dashboard(prepare=with_environment) as shown:
        await edit(shown)

        assert shown.said() == [f"PodClique {CLIQUE} is changed."]
        body = await shown.cluster.client.get_json(PODCLIQUES, CLIQUE, "default")
        assert body["spec"]["podSpec"]["containers"][0]["env"] == [
            {"name": "A", "value": "changed"}
        ]


async def test_read_only_refuses_with_the_reason(editor):
    editor.does("pass")
    async with dashboard(prepare=clique, read_only=True) as shown:
        await edit(shown)

        assert "--read-only" in shown.said()[0]
        assert not editor.seen


async def test_an_editor_that_is_not_there_is_named(editor, monkeypatch):
    monkeypatch.setenv("KUBE_EDITOR", "no-such-editor -w")
    async with dashboard(prepare=clique) as shown:
        await edit(shown)

        (said,) = shown.said()
        assert said.startswith(
            "There is no editor no-such-editor of $KUBE_EDITOR; set $KUBE_EDITOR to"
        )


async def test_without_a_terminal_to_give_one_sentence_says_so(editor, tmp_path, monkeypatch):
    editor.does("pass")
    monkeypatch.setattr(HeadlessDriver, "can_suspend", False)
    async with dashboard(prepare=clique) as shown:
        await edit(shown)

        assert shown.said() == ["An editor needs a terminal, and this dashboard runs without one."]
        assert not files_left(tmp_path)


def test_the_variables_are_read_in_kubectls_order():
    from grove_tui.actions.editor import NoEditor, find_editor

    path = os.environ["PATH"]
    wanted = {"KUBE_EDITOR": "sh -c", "EDITOR": "cat", "PATH": path}
    assert find_editor(wanted).command == ("sh", "-c")
    assert find_editor({"KUBE_EDITOR": " ", "EDITOR": "cat", "PATH": path}).command == ("cat",)
    with pytest.raises(NoEditor, match=r"There is no editor vi; set \$EDITOR"):
        find_editor({"PATH": "/nowhere"})
    with pytest.raises(NoEditor, match=r"\$EDITOR is no command"):
        find_editor({"EDITOR": "it's", "PATH": path})
