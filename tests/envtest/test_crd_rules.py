"""The CRDs' own rules, judged by an API server that knows CEL (v1.25 and later)."""

from typing import Any

import pytest

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.errors import Invalid
from tests.contract.rules import BREACHES, PODCLIQUE, Breach, field
from tests.contract.stand import Stand


@pytest.mark.parametrize("breach", BREACHES, ids=str)
async def test_a_broken_rule_is_told(breach, stand):
    if not stand.features.cel:
        pytest.skip("this API server does not know CEL")

    with pytest.raises(Invalid) as refused:
        await _try(stand, breach)

    told = {(field(path), message) for path, message in refused.value.causes}
    assert any(
        path == breach.rule.path and breach.rule.message in message for path, message in told
    ), told


async def _try(stand: Stand, breach: Breach) -> None:
    """Create or update an object, only to hear what the server says."""
    resource = PODCLIQUES if breach.rule.kind == PODCLIQUE else PODCLIQUESETS
    path = resource.path(stand.namespace)
    new = _in(stand, breach.new)
    if breach.old is None:
        await stand.client.request_json("POST", f"{path}?dryRun=All", new)
        return
    await stand.reconciler.stop()
    stored = await stand.client.request_json("POST", path, _in(stand, breach.old))
    new["metadata"]["resourceVersion"] = stored["metadata"]["resourceVersion"]
    await stand.client.request_json("PUT", f"{path}/{new['metadata']['name']}?dryRun=All", new)


def _in(stand: Stand, obj: dict[str, Any]) -> dict[str, Any]:
    return obj | {"metadata": obj["metadata"] | {"namespace": stand.namespace}}
