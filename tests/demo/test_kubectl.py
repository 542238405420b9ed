"""The commands that people type, run with the real kubectl against the real server."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from grove_tui.demo.api import Api
from grove_tui.demo.apiserver import ApiServer
from grove_tui.demo.credentials import Credentials, write_kubeconfig
from grove_tui.demo.logs import LogOptions
from grove_tui.demo.statuses import Json
from tests import kubectl_client
from tests.demo.caller import WIDGET_CRD, WIDGETS, Caller, pod, widget

pytestmark = pytest.mark.skipif(bool(kubectl_client.missing()), reason=kubectl_client.missing())


class Failed(Exception):
    """kubectl's standard error."""


class Kubectl:
    def __init__(self, api: Api, directory: Path) -> None:
        self.caller = Caller(api)
        self.directory = directory
        self.errors = ""
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "KUBECONFIG": str(directory / "kubeconfig"),
        }

    async def start(self, line: str, **environment: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            "kubectl",
            *line.split(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self._environment, **environment},
            cwd=self.directory,
        )

    async def __call__(self, line: str, **environment: str) -> str:
        process = await self.start(line, **environment)
        async with asyncio.timeout(30):
            output, errors = await process.communicate()
        self.errors = errors.decode()
        if process.returncode:
            raise Failed(self.errors)
        return output.decode()

    async def json(self, line: str) -> Json:
        found: Json = json.loads(await self(f"{line} -o json"))
        return found

    def file(self, *objects: Json) -> str:
        path = self.directory / "objects.yaml"
        path.write_text("---\n".join(yaml.safe_dump(obj) for obj in objects))
        return str(path)


def logs(_pod: Json, options: LogOptions) -> bytes | AsyncIterator[bytes]:
    if not options.follow:
        return b"one\ntwo\n"

    async def following() -> AsyncIterator[bytes]:
        for line in (b"one\n", b"two\n", b"three\n"):
            yield line
            await asyncio.sleep(0.01)

    return following()


@pytest.fixture
async def kubectl(tmp_path: Path) -> AsyncIterator[Kubectl]:
    api = Api(logs=logs)
    credentials = Credentials.create()
    server = ApiServer(api, credentials)
    await server.start()
    write_kubeconfig(tmp_path / "kubeconfig", credentials, server.url)
    yield Kubectl(api, tmp_path)
    await server.stop()


def manifest(name: str = "p", **spec: Any) -> Json:
    return {"apiVersion": "v1", "kind": "Pod", **pod(name, **spec)}


async def node(kubectl: Kubectl, name: str = "n1") -> None:
    ready = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    await kubectl.caller.post("/api/v1/nodes", {"metadata": {"name": name}})
    await kubectl.caller.patch(f"/api/v1/nodes/{name}/status", ready)


async def running(kubectl: Kubectl, name: str = "p") -> None:
    path = f"/api/v1/namespaces/default/pods/{name}"
    await kubectl.caller.post("/api/v1/namespaces/default/pods", pod(name))
    await kubectl.caller.post(f"{path}/binding", {"target": {"name": "n1"}})
    state = {"name": "c", "ready": True, "restartCount": 0, "state": {"running": {}}}
    status = {
        "phase": "Running",
        "podIP": "10.0.0.7",
        "containerStatuses": [state],
        "conditions": [{"type": "Ready", "status": "True"}],
    }
    await kubectl.caller.patch(f"{path}/status", {"status": status}, "strategic")


async def marked(kubectl: Kubectl, path: str) -> None:
    """Wait until the object at `path` is marked for deletion."""
    async with asyncio.timeout(20), kubectl.caller.watch(path) as events:
        async for event in events:
            if "deletionTimestamp" in event["object"]["metadata"]:
                return


async def widgets(kubectl: Kubectl, *names: str) -> None:
    await kubectl(f"apply -f {kubectl.file(WIDGET_CRD)}")
    if names:
        await kubectl(f"apply -f {kubectl.file(*(widget(name) for name in names))}")


async def test_apply_creates_leaves_and_merges_builtin_objects(kubectl: Kubectl):
    first = manifest()
    first["metadata"]["labels"] = {"a": "1", "b": "2"}
    second = manifest(containers=[{"name": "c", "image": "i:2"}])
    second["metadata"]["labels"] = {"a": "1"}

    said = [await kubectl(f"apply -f {kubectl.file(obj)}") for obj in (first, first, second)]
    after = await kubectl.json("get pod p")

    assert said == ["pod/p created\n", "pod/p unchanged\n", "pod/p configured\n"]
    assert after["metadata"]["labels"] == {"a": "1"}
    assert after["spec"]["containers"][0]["image"] == "i:2"
    assert after["spec"]["containers"][0]["imagePullPolicy"] == "IfNotPresent"


async def test_apply_of_custom_resources(kubectl: Kubectl):
    created = await kubectl(f"apply -f {kubectl.file(WIDGET_CRD)}")
    waited = await kubectl("wait --for=condition=Established crd/widgets.example.com --timeout=5s")

    said = [
        await kubectl(f"apply -f {kubectl.file(widget(**spec))}")
        for spec in ({"tags": ["x"]}, {"tags": ["x"]}, {"size": 3})
    ]

    assert created == "customresourcedefinition.apiextensions.k8s.io/widgets.example.com created\n"
    assert "condition met" in waited
    assert [line.split()[-1] for line in said] == ["created", "unchanged", "configured"]
    assert (await kubectl.json("get wd w"))["spec"] == {"size": 3, "colour": "red"}


async def test_server_side_apply_and_its_conflicts(kubectl: Kubectl):
    await widgets(kubectl)
    file = kubectl.file(widget())

    first = await kubectl(f"apply --server-side -f {file}")
    await kubectl("scale wd w --replicas=4")
    with pytest.raises(Failed, match=r"conflict with .kubectl.* using example.com/v1: .spec.size"):
        await kubectl(f"apply --server-side -f {file}")
    await kubectl(f"apply --server-side --force-conflicts -f {file}")

    assert first == "widget.example.com/w serverside-applied\n"
    assert (await kubectl.json("get wd w"))["spec"]["size"] == 1


async def test_validation_errors_name_every_field(kubectl: Kubectl):
    await widgets(kubectl)

    with pytest.raises(Failed) as bad:
        await kubectl(f"create -f {kubectl.file(widget(size=-1, tags=['a', 'a']))}")
    with pytest.raises(Failed, match=r'strict decoding error: unknown field "spec.shape"'):
        await kubectl(f"apply -f {kubectl.file(widget(shape='round'))}")
    await kubectl(f"apply --validate=warn -f {kubectl.file(widget(shape='round'))}")

    assert "* spec.size: Invalid value: -1:" in str(bad.value)
    assert '* spec.tags[1]: Duplicate value: "a"' in str(bad.value)
    assert 'Warning: unknown field "spec.shape"' in kubectl.errors


async def test_get_in_every_form(kubectl: Kubectl):
    await running(kubectl)

    lines = [line.split() for line in (await kubectl("get pods -o wide")).splitlines()]
    as_yaml = yaml.safe_load(await kubectl("get pod p -o yaml"))

    assert " ".join(lines[0]) == (
        "NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES"
    )
    assert lines[1][:4] == ["p", "1/1", "Running", "0"]
    assert lines[1][5:] == ["10.0.0.7", "n1", "<none>", "<none>"]
    assert as_yaml["spec"]["nodeName"] == "n1"
    assert await kubectl("get pods -o name") == "pod/p\n"
    assert await kubectl("get pods -o jsonpath={.items[0].status.phase}") == "Running"
    assert (await kubectl("get pods -l a=b")) == ""
    assert "No resources found in default namespace." in kubectl.errors
    assert (await kubectl("get po -A --no-headers")).split()[:2] == ["default", "p"]
    assert await kubectl("get pods --field-selector spec.nodeName=n2 -o name") == ""
    assert await kubectl("get pods --field-selector spec.nodeName=n1 -o name") == "pod/p\n"


async def test_custom_columns_wide_and_narrow(kubectl: Kubectl):
    await widgets(kubectl, "w")

    narrow = (await kubectl("get wd")).splitlines()
    wide = (await kubectl("get widgets -o wide")).splitlines()

    assert narrow[0].split() == ["NAME", "SIZE", "AGE"]
    assert narrow[1].split()[:2] == ["w", "1"]
    assert wide[0].split() == ["NAME", "SIZE", "READY", "AGE"]


async def test_several_types_and_the_all_category(kubectl: Kubectl):
    await widgets(kubectl, "w")
    await running(kubectl)

    several = await kubectl("get pods,wd,ns -o name")
    everything = await kubectl("get all -o name")

    assert "pod/p" in several.split()
    assert "namespace/default" in several.split()
    assert {"pod/p", "service/kubernetes", "widget.example.com/w"} <= set(everything.split())


async def test_lists_in_chunks(kubectl: Kubectl):
    await widgets(kubectl, *"abcde")

    assert len((await kubectl("get wd --chunk-size=2 -o name")).split()) == 5


async def test_errors_are_worded_as_usual(kubectl: Kubectl):
    with pytest.raises(Failed, match=r'\(NotFound\): pods "nope" not found'):
        await kubectl("get pod nope")
    with pytest.raises(Failed, match="the server doesn't have a resource type"):
        await kubectl("get gadgets")
    with pytest.raises(Failed, match=r"\(AlreadyExists\)|already exists"):
        await kubectl("create namespace default")


async def test_watching_until_an_object_is_gone(kubectl: Kubectl):
    await widgets(kubectl, "w")
    process = await kubectl.start("get wd -w --output-watch-events --no-headers")
    assert process.stdout is not None
    async with asyncio.timeout(20):
        first = await process.stdout.readline()
        await kubectl.caller.patch(f"{WIDGETS}/w", {"spec": {"size": 8}})
        second = await process.stdout.readline()
        await kubectl.caller.delete(f"{WIDGETS}/w")
        third = await process.stdout.readline()
    process.terminate()
    await process.communicate()

    assert [line.split()[:3] for line in (first, second, third)] == [
        [b"ADDED", b"w", b"1"],
        [b"MODIFIED", b"w", b"8"],
        [b"DELETED", b"w", b"8"],
    ]


async def test_scale_label_and_annotate(kubectl: Kubectl):
    await widgets(kubectl, "w")

    await kubectl("scale wd w --replicas=5")
    await kubectl("label wd w tier=gold")
    await kubectl("annotate wd w note=hello")
    after = await kubectl.json("get wd w")

    assert after["spec"]["size"] == 5
    assert after["metadata"]["labels"] == {"tier": "gold"}
    assert after["metadata"]["annotations"]["note"] == "hello"
    with pytest.raises(Failed, match="Expected replicas to be 9, was 5"):
        await kubectl("scale wd w --current-replicas=9 --replicas=1")
    await kubectl("label wd w tier-")
    assert "labels" not in (await kubectl.json("get wd w"))["metadata"]


@pytest.mark.parametrize(
    ("kind", "patch"),
    [
        ("merge", '{"spec":{"size":9}}'),
        ("json", '[{"op":"replace","path":"/spec/size","value":9}]'),
    ],
)
async def test_patches_of_custom_resources(kubectl: Kubectl, kind: str, patch: str):
    await widgets(kubectl, "w")

    await kubectl(f"patch wd w --type={kind} -p {patch}")
    await kubectl('patch wd w --subresource=status --type=merge -p {"status":{"size":2}}')

    after = await kubectl.json("get wd w")
    assert (after["spec"]["size"], after["status"]) == (9, {"size": 2})


async def test_strategic_patch_is_the_default_for_builtin_objects(kubectl: Kubectl):
    await kubectl(
        f"apply -f {kubectl.file(manifest(schedulingGates=[{'name': 'a'}, {'name': 'b'}]))}"
    )

    await kubectl('patch pod p -p {"spec":{"schedulingGates":[{"$patch":"delete","name":"a"}]}}')

    assert (await kubectl.json("get pod p"))["spec"]["schedulingGates"] == [{"name": "b"}]


async def test_waiting_for_conditions_paths_and_deletion(kubectl: Kubectl):
    await widgets(kubectl, "w")
    commands = [
        "wait wd/w --for=condition=Ready --timeout=20s",
        "wait wd/w --for=jsonpath={.spec.size}=7 --timeout=20s",
        "wait wd/w --for=delete --timeout=20s",
    ]
    waiting = [asyncio.create_task(kubectl(line)) for line in commands]
    ready = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    await kubectl.caller.patch(f"{WIDGETS}/w/status", ready)
    await kubectl.caller.patch(f"{WIDGETS}/w", {"spec": {"size": 7}})
    first, second = await waiting[0], await waiting[1]
    await kubectl.caller.delete(f"{WIDGETS}/w")

    assert "condition met" in first
    assert "condition met" in second
    await waiting[2]


@pytest.mark.parametrize("cascade", ["background", "foreground", "orphan"])
async def test_delete_with_each_propagation(kubectl: Kubectl, cascade: str):
    await widgets(kubectl, "w")

    said = await kubectl(f"delete wd w --cascade={cascade} --wait=false")
    left = await kubectl.caller.names(WIDGETS)

    assert said == 'widget.example.com "w" deleted\n'
    assert left == ([] if cascade == "background" else ["w"])


async def test_deleting_waits_for_the_node(kubectl: Kubectl):
    await running(kubectl)
    path = "/api/v1/namespaces/default/pods/p"
    deleting = asyncio.create_task(kubectl("delete pod p"))
    await marked(kubectl, path)
    shown = await kubectl("get pods --no-headers")

    await kubectl.caller.delete(path, {"gracePeriodSeconds": 0})

    assert await deleting == 'pod "p" deleted\n'
    assert shown.split()[2] == "Terminating"


async def test_deleting_at_once_and_all(kubectl: Kubectl):
    await running(kubectl, "a")
    await running(kubectl, "b")

    await kubectl("delete pod a --grace-period=0 --force")
    await kubectl("delete pods --all --now --wait=false")

    left = await kubectl.json("get pods")
    assert [item["metadata"]["name"] for item in left["items"]] == ["b"]
    assert left["items"][0]["metadata"]["deletionGracePeriodSeconds"] == 1


async def test_namespace_from_creation_to_deletion(kubectl: Kubectl):
    await kubectl("create namespace n")
    await kubectl("-n n create configmap c --from-literal=a=b")
    held = await kubectl.json("-n n get cm c")

    said = await kubectl("delete namespace n")

    assert held["data"] == {"a": "b"}
    assert said == 'namespace "n" deleted\n'
    with pytest.raises(Failed, match="NotFound"):
        await kubectl("get ns n")


@pytest.mark.parametrize(
    ("command", "resource"),
    [
        ("secret generic s --from-literal=a=b", "secret/s"),
        ("serviceaccount x", "serviceaccount/x"),
        ("role r --verb=get --resource=pods", "role.rbac.authorization.k8s.io/r"),
        (
            "rolebinding rb --role=r --serviceaccount=default:x",
            "rolebinding.rbac.authorization.k8s.io/rb",
        ),
        (
            "clusterrole cr --verb=list --resource=nodes",
            "clusterrole.rbac.authorization.k8s.io/cr",
        ),
        ("priorityclass pc --value=10", "priorityclass.scheduling.k8s.io/pc"),
        ("deployment d --image=nginx --replicas=2", "deployment.apps/d"),
        ("service clusterip sv --tcp=80:8080", "service/sv"),
    ],
)
async def test_typed_create_commands(kubectl: Kubectl, command: str, resource: str):
    said = await kubectl(f"create {command}")

    assert said == f"{resource} created\n"
    assert await kubectl(f"get {resource} -o name") == f"{resource}\n"


async def test_cordon_drain_and_uncordon(kubectl: Kubectl):
    await node(kubectl)
    await running(kubectl)

    await kubectl("cordon n1")
    cordoned = await kubectl("get nodes --no-headers")
    draining = asyncio.create_task(kubectl("drain n1 --force --timeout=20s"))
    path = "/api/v1/namespaces/default/pods/p"
    await marked(kubectl, path)
    await kubectl.caller.delete(path, {"gracePeriodSeconds": 0})
    drained = await draining
    await kubectl("uncordon n1")

    assert cordoned.split()[1] == "Ready,SchedulingDisabled"
    assert "node/n1 drained" in drained
    assert (await kubectl("get nodes --no-headers")).split()[1] == "Ready"


async def test_taints(kubectl: Kubectl):
    await node(kubectl)

    await kubectl("taint nodes n1 a=b:NoSchedule")
    tainted = (await kubectl.json("get node n1"))["spec"]["taints"]
    await kubectl("taint nodes n1 a-")

    assert tainted == [{"key": "a", "value": "b", "effect": "NoSchedule"}]
    assert "taints" not in (await kubectl.json("get node n1"))["spec"]


async def test_describe(kubectl: Kubectl):
    await node(kubectl)
    await running(kubectl)
    await widgets(kubectl, "w")
    uid = (await kubectl.json("get pod p"))["metadata"]["uid"]
    event = {
        "metadata": {"name": "e", "namespace": "default"},
        "involvedObject": {
            "apiVersion": "v1",
            "kind": "Pod",
            "name": "p",
            "namespace": "default",
            "uid": uid,
        },
        "reason": "Pulled",
        "message": "image is here",
        "type": "Normal",
    }
    await kubectl.caller.post("/api/v1/namespaces/default/events", event)

    described = await kubectl("describe pod p")

    assert "Node:             n1" in described
    assert "image is here" in described
    assert "Non-terminated Pods:          (1 in total)" in await kubectl("describe node n1")
    assert "Size:    1" in await kubectl("describe wd w")
    assert "Status:       Active" in await kubectl("describe ns default")
    assert "pod/p" in await kubectl("get events")
    assert "Pulled" in await kubectl("events --for pod/p")


async def test_logs(kubectl: Kubectl):
    await running(kubectl)

    assert await kubectl("logs p") == "one\ntwo\n"
    assert await kubectl("logs -f p -c c") == "one\ntwo\nthree\n"
    with pytest.raises(Failed, match="container x is not valid for pod p"):
        await kubectl("logs p -c x")


async def test_replace_and_edit(kubectl: Kubectl):
    await widgets(kubectl, "w")
    current = await kubectl.json("get wd w")
    current["spec"]["size"] = 6
    editor = kubectl.directory / "editor"
    editor.write_text(
        f"#!{sys.executable}\n"
        "import pathlib, sys\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "file.write_text(file.read_text().replace('size: 6', 'size: 7'))\n"
    )
    editor.chmod(0o755)

    replaced = await kubectl(f"replace -f {kubectl.file(current)}")
    edited = await kubectl("edit wd w", KUBE_EDITOR=str(editor))

    assert replaced == "widget.example.com/w replaced\n"
    assert edited == "widget.example.com/w edited\n"
    assert (await kubectl.json("get wd w"))["spec"]["size"] == 7


async def test_explain(kubectl: Kubectl):
    await widgets(kubectl)

    of_pod = await kubectl("explain pod.spec.containers")
    of_widget = await kubectl("explain widget.spec")

    assert "FIELD: containers <[]Container>" in of_pod
    assert "image\t<string>" in of_pod
    assert "GROUP:      example.com" in of_widget
    assert "size\t<integer> -required-" in of_widget


async def test_api_resources_and_versions(kubectl: Kubectl):
    await widgets(kubectl)

    resources = await kubectl("api-resources --no-headers")
    versions = await kubectl("api-versions")

    found = {line.split()[0]: line.split()[1:] for line in resources.splitlines()}
    assert found["widgets"] == ["wd", "example.com/v1", "true", "Widget"]
    assert found["pods"] == ["po", "v1", "true", "Pod"]
    assert {"v1", "apps/v1", "example.com/v1"} <= set(versions.split())


async def test_new_definition_is_found_without_waiting(kubectl: Kubectl):
    with pytest.raises(Failed):
        await kubectl("get wd")

    await widgets(kubectl, "w")

    assert await kubectl("get wd -o name") == "widget.example.com/w\n"


async def test_what_may_i_do(kubectl: Kubectl):
    kubectl.caller.api.authorize = lambda asked: asked.verb != "delete"

    assert await kubectl("auth can-i get pods") == "yes\n"
    with pytest.raises(Failed):
        await kubectl("auth can-i delete pods")
    listed = (await kubectl("auth can-i --list")).splitlines()
    verbs = next(line for line in listed if line.split()[0] == "pods")
    assert "create" in verbs
    assert "delete " not in verbs.replace("]", " ")
    assert "kubernetes-admin" in await kubectl("auth whoami")
    await running(kubectl)
    with pytest.raises(Failed, match=r'cannot delete resource "pods" in API group ""'):
        await kubectl("delete pod p")


async def test_dry_runs(kubectl: Kubectl):
    await widgets(kubectl)

    said = await kubectl(f"apply --dry-run=server -f {kubectl.file(widget())}")
    rendered = await kubectl("run x --image=nginx --dry-run=client -o yaml")

    assert said == "widget.example.com/w created (server dry run)\n"
    assert await kubectl.caller.names(WIDGETS) == []
    assert yaml.safe_load(rendered)["kind"] == "Pod"


async def test_difference_to_what_is_there(kubectl: Kubectl):
    await widgets(kubectl, "w")

    with pytest.raises(Failed):
        await kubectl(f"diff -f {kubectl.file(widget(size=5))}")


async def test_wrong_token_is_told(kubectl: Kubectl):
    path = kubectl.directory / "kubeconfig"
    config = yaml.safe_load(path.read_text())
    config["users"][0]["user"]["token"] = "wrong"
    path.write_text(yaml.safe_dump(config))

    with pytest.raises(Failed, match=r"(?i)you must be logged in|unauthorized"):
        await kubectl("get pods")


async def test_version(kubectl: Kubectl):
    found = await kubectl.json("version")

    assert found["serverVersion"]["minor"] == "32"


async def test_raw_requests(kubectl: Kubectl):
    assert await kubectl("get --raw /readyz") == "ok"
    assert json.loads(await kubectl("get --raw /api/v1/namespaces"))["kind"] == "NamespaceList"
