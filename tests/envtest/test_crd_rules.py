"""The CRDs' own rules, judged by an API server that knows CEL (v1.25 and later)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.client import Client
from grove_tui.kube.errors import Invalid
from grove_tui.kube.http import connect
from tests.contract.oracle import Features
from tests.contract.rules import BREACHES, PODCLIQUE, Breach, base, field
from tests.envtest.control_plane import ControlPlane

NAMESPACE = "default"
"""Nobody reconciles here."""


@pytest_asyncio.fixture
async def client(control_plane: ControlPlane, features: Features) -> AsyncIterator[Client]:
    if not features.cel:
        pytest.skip("this API server does not know CEL")
    client = Client((await connect(str(control_plane.kubeconfig))).transport)
    try:
        yield client
    finally:
        await client.close()


@pytest.mark.parametrize("breach", BREACHES, ids=str)
async def test_a_broken_rule_is_told(breach, client):
    with pytest.raises(Invalid) as refused:
        await _try(client, breach)

    told = [(field(path), message) for path, message in refused.value.causes]
    assert any(
        path == breach.rule.path and breach.rule.message in message for path, message in told
    ), told


async def test_what_breaks_no_rule_is_taken(client):
    await client.create(PODCLIQUESETS, base(), NAMESPACE)

    await client.scale(PODCLIQUESETS, "pcs", 3, NAMESPACE)
    await client.patch(PODCLIQUESETS, "pcs", {"metadata": {"labels": {"a": "b"}}}, NAMESPACE)

    await client.delete(PODCLIQUESETS, "pcs", NAMESPACE)


async def _try(client: Client, breach: Breach) -> None:
    """Create or update an object, only to hear what the server says."""
    if breach.old is None:
        resource = PODCLIQUES if breach.rule.kind == PODCLIQUE else PODCLIQUESETS
        path = resource.path(NAMESPACE)
        await client.request_json("POST", f"{path}?dryRun=All", breach.new)
        return
    old = await client.create(PODCLIQUESETS, breach.old, NAMESPACE)
    version = {"resourceVersion": old.metadata.resource_version}
    new = breach.new | {"metadata": breach.new["metadata"] | version}
    path = PODCLIQUESETS.path(NAMESPACE, old.metadata.name)
    try:
        await client.request_json("PUT", f"{path}?dryRun=All", new)
    finally:
        await client.delete(PODCLIQUESETS, old.metadata.name, NAMESPACE)
