"""The examples ask for what their comments and the user's guide say."""

from pathlib import Path

import msgspec
import pytest
import yaml

from grove_tui.api.admission import admit
from grove_tui.api.composition import (
    standalone_cliques,
    template_pods,
    template_replicas,
    termination_delay,
)
from grove_tui.api.objects import PodCliqueSet

EXAMPLES = Path(__file__).parents[2] / "examples"


def load(name: str) -> PodCliqueSet:
    given = yaml.load((EXAMPLES / f"{name}.yaml").read_text(), yaml.CSafeLoader)
    return msgspec.convert(admit("podcliquesets", "CREATE", given, None).obj, PodCliqueSet)


@pytest.mark.parametrize(
    ("name", "pods"),
    [
        ("single-node-aggregated", 2),
        ("single-node-disaggregated", 5),
        ("multinode-aggregated", 8),
        ("multinode-disaggregated", 13),
        ("complete-inference-pipeline", 11),
        ("gang-termination", 10),
    ],
)
def test_number_of_pods(name, pods):
    pcs = load(name)
    template = pcs.spec.template

    standalone = sum(template_replicas(clique) for clique in standalone_cliques(template))
    grouped = sum(
        group.replicas * template_pods(template, group)
        for group in template.pod_clique_scaling_groups
    )

    assert pcs.spec.replicas * (standalone + grouped) == pods


def test_no_example_is_left_out():
    assert len(list(EXAMPLES.glob("*.yaml"))) == 6


def test_gang_termination_can_be_watched():
    pcs = load("gang-termination")

    assert termination_delay(pcs).total_seconds() == 30
    for clique in pcs.spec.template.cliques:
        assert clique.spec.min_available == clique.spec.replicas
