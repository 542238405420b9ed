"""What `kubectl get` prints about a workload that runs."""

from typing import Any

import msgspec
import pytest

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS, PODGANGS
from grove_tui.kube.resources import Resource
from grove_tui.kube.transport import Request
from tests.contract.manifests import environment_demo
from tests.contract.stand import demo_stand

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
NAME = "env-demo-pcsg"
EXPECTED: dict[Resource[Any], dict[str, Any]] = {
    PODCLIQUESETS: {
        "Replicas": 1,
        "Available": 1,
        "Updated": 1,
        "PCLQs-Updated": None,
        "PCLQs-Total": None,
        "PCSGs-Updated": None,
        "PCSGs-Total": None,
    },
    PODCLIQUES: {
        "MinAvail": 3,
        "Replicas": 3,
        "Ready": 3,
        "Scheduled": 3,
        "Updated": 3,
        "Gated": 0,
        "MinBreached": "False",
    },
    PODCLIQUESCALINGGROUPS: {
        "MinAvail": 1,
        "Replicas": 2,
        "Available": 2,
        "Scheduled": 2,
        "Updated": 2,
        "PCLQs-Updated": None,
        "PCLQs-Total": None,
        "MinBreached": "False",
    },
    PODGANGS: {"Phase": "Pending"},
}
NAMES = {
    PODCLIQUESETS: NAME,
    PODCLIQUES: f"{NAME}-0-inst-0-worker",
    PODCLIQUESCALINGGROUPS: f"{NAME}-0-inst",
    PODGANGS: f"{NAME}-0",
}


@pytest.mark.looptime
@pytest.mark.parametrize("resource", EXPECTED, ids=lambda resource: resource.plural)
async def test_columns_and_their_values(resource):
    async with demo_stand() as stand:
        await stand.apply(environment_demo())
        await stand.right()

        request = Request("GET", resource.path(stand.namespace), headers={"accept": TABLE})
        answer = await stand.client.transport.request(request)

    table = msgspec.json.decode(answer.body)
    columns = [column["name"] for column in table["columnDefinitions"]]
    rows = {row["cells"][0]: dict(zip(columns, row["cells"], strict=True)) for row in table["rows"]}
    row = rows[NAMES[resource]]
    assert columns == ["Name", *EXPECTED[resource], "Age"]
    assert {name: row[name] for name in EXPECTED[resource]} == EXPECTED[resource]
