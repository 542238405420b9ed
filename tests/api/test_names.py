"""Names follow the Grove API and are taken apart by their labels, never by guesses."""

import pytest
from hypothesis import given, strategies as st

from grove_tui.api import names

dns_names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
indices = st.integers(0, 10**6)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (names.podclique_name("p", 0, "worker"), "p-0-worker"),
        (names.scaling_group_name("p", 1, "prefill"), "p-1-prefill"),
        (names.member_podclique_name("p", 1, "prefill", 2, "leader"), "p-1-prefill-2-leader"),
        (names.base_podgang_name("p", 3), "p-3"),
        (names.service_name("p", 3), "p-3"),
        (names.pod_hostname("p-0-worker", 4), "p-0-worker-4"),
        (names.pod_generate_name("p-0-worker"), "p-0-worker-"),
        (names.headless_service_address("p", 0, "ns"), "p-0.ns.svc.cluster.local"),
        (names.pod_address("p-0-w", 1, "p-0", "ns"), "p-0-w-1.p-0.ns.svc.cluster.local"),
        (names.service_account_name("p"), "p"),
        (names.role_name("p"), "grove.io:pcs:p"),
        (names.label_value(names.role_name("p")), "grove.io-pcs-p"),
        (names.token_secret_name("p"), "p-ic-sat"),
        (names.hpa_name("p-0-w"), "p-0-w"),
        (names.resource_claim_name("p", "gpu"), "p-all-gpu"),
        (names.resource_claim_name("p-0-sg", "gpu", 2), "p-0-sg-2-gpu"),
        (names.topology_group_config_name("p", 0, "sg", 1), "p-0-sg-1"),
    ],
)
def test_names_are_those_of_the_grove_api(name, expected):
    assert name == expected


@pytest.mark.parametrize(
    ("index", "min_available", "expected"),
    [(0, 1, "p-0"), (1, 1, "p-0-sg-0"), (2, 1, "p-0-sg-1"), (1, 2, "p-0"), (5, 3, "p-0-sg-2")],
)
def test_scaled_gangs_are_counted_from_the_minimum(index, min_available, expected):
    assert names.member_podgang_name("p", 0, "sg", index, min_available) == expected


@given(pcs=dns_names, replica=indices, clique=dns_names)
def test_clique_is_read_back_from_a_standalone_name(pcs, replica, clique):
    name = names.podclique_name(pcs, replica, clique)

    assert names.clique_of_podclique(name, pcs, replica) == clique


@given(pcs=dns_names, replica=indices, group=dns_names, index=indices, clique=dns_names)
def test_clique_is_read_back_from_a_member_name(pcs, replica, group, index, clique):
    name = names.member_podclique_name(pcs, replica, group, index, clique)
    scaling_group = names.scaling_group_name(pcs, replica, group)

    assert names.clique_of_member(name, scaling_group, index) == clique
    assert names.group_of_scaling_group(scaling_group, pcs, replica) == group


@given(pcs=dns_names, replica=indices, group=dns_names, index=indices, minimum=st.integers(1, 9))
def test_replica_is_read_back_from_every_gang(pcs, replica, group, index, minimum):
    gang = names.member_podgang_name(pcs, replica, group, index, minimum)

    assert names.replica_of_podgang(gang, pcs) == replica


def test_a_name_of_another_replica_is_not_taken_apart():
    assert names.clique_of_podclique("p-1-worker", "p", 0) is None
    assert names.clique_of_podclique("p-10-worker", "p", 1) is None
    assert names.clique_of_podclique("p-0-", "p", 0) is None
    assert names.clique_of_member("p-0-sg-1-w", "p-0-sg", 0) is None
    assert names.replica_of_podgang("q-0", "p") is None
    assert names.replica_of_podgang("p-x", "p") is None


@pytest.mark.parametrize(
    ("hostname", "expected"),
    [("p-0-w-0", 0), ("p-0-w-12", 12), ("p-0-w-x", None), ("p-0-w2-1", None), ("p-0-w-01", None)],
)
def test_pod_index_is_the_number_after_the_cliques_name(hostname, expected):
    assert names.pod_index_of_hostname(hostname, "p-0-w") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("17", 17), (None, None), ("", None), ("-1", None), ("1.0", None), ("٣", None)],
)
def test_index_is_only_what_an_index_looks_like(text, expected):
    assert names.parse_index(text) == expected


def test_clique_of_a_referenced_pod_is_its_name_without_the_random_part():
    assert names.podclique_of_pod("p-0-w-x7k2p") == "p-0-w"
    assert names.podclique_of_pod("loner") is None
