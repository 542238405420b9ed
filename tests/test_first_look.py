"""Opening a cluster with a first look: the same session, sooner."""

import asyncio

import pytest
import yaml

from grove_tui.cluster.opening import give_order, open_cluster
from grove_tui.config import Settings
from grove_tui.demo.cluster import ClusterOptions, DemoCluster
from grove_tui.kube.firstlook.launch import dismiss, launch
from grove_tui.kube.firstlook.look import FirstLook
from grove_tui.kube.resources import NODES


@pytest.fixture
async def cluster(tmp_path):
    options = ClusterOptions(nodes=5, port=0, kubeconfig_out=tmp_path / "kubeconfig")
    async with DemoCluster(options) as cluster:
        yield cluster


@pytest.fixture
def look():
    child = launch()
    assert child is not None
    yield FirstLook(child)
    dismiss(child)


async def test_the_session_is_the_same_and_goes_on_by_itself(cluster, look):
    settings = Settings(kubeconfig=str(cluster.kubeconfig_path))
    assert give_order(look, settings)
    async with open_cluster(settings, look=look) as session:
        running = asyncio.create_task(session.run())
        await asyncio.wait_for(session.wait_synced(), 20)
        assert len(session.world.nodes) == 5

        changed = asyncio.Event()
        session.informers.nodes.add_handler(lambda old, _: changed.set() if old else None)
        name = next(iter(session.world.nodes.values())).metadata.name
        await cluster.client.patch(NODES, name, {"spec": {"unschedulable": True}})
        await asyncio.wait_for(changed.wait(), 20)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    async with open_cluster(settings) as plain:
        assert plain.place == session.place


@pytest.mark.parametrize("plugin", ["exec", "auth-provider"])
def test_credentials_from_plugins_are_used_once_only(tmp_path, look, plugin):
    user = {"name": "u", "user": {plugin: {"command": "login", "name": "oidc"}}}
    config = {
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [user],
        "current-context": "c",
    }
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.dump(config, Dumper=yaml.CSafeDumper))

    assert not give_order(look, Settings(kubeconfig=str(path)))
