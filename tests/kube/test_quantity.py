"""Quantities parse to exact numbers, round as Kubernetes rounds, and print back to themselves."""

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from grove_tui.kube import quantity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("2", 2),
        (2, 2),
        (0.5, Fraction(1, 2)),
        ("100m", Fraction(1, 10)),
        ("1.5Gi", 3 * 2**29),
        ("512Gi", 512 * 2**30),
        ("1Ti", 2**40),
        ("1k", 1000),
        ("1M", 10**6),
        ("1E", 10**18),
        ("1Ei", 2**60),
        ("2e3", 2000),
        ("2E3", 2000),
        ("5e-3", Fraction(5, 1000)),
        ("250u", Fraction(250, 10**6)),
        ("7n", Fraction(7, 10**9)),
        (".5", Fraction(1, 2)),
        ("1.", 1),
        ("-1.5", Fraction(-3, 2)),
        ("+3Ki", 3072),
    ],
)
def test_quantity_has_its_exact_value(text, expected):
    assert quantity.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1 Gi", "1gi", "1K", "1mm", "--1", "1e", "Gi", "1.2.3", "1e3Ki", "nan", "1\n"],
)
def test_what_is_no_quantity_is_refused_by_name(text):
    with pytest.raises(ValueError, match="is not a quantity"):
        quantity.parse(text)


@pytest.mark.parametrize(
    ("text", "millis", "value"),
    [("100m", 100, 1), ("1", 1000, 1), ("1u", 1, 1), ("1.0001", 1001, 2), ("-100m", -100, -1)],
)
def test_conversion_rounds_away_from_zero(text, millis, value):
    assert (quantity.millis(text), quantity.value(text)) == (millis, value)


def test_amounts_count_cpu_in_millicores_and_the_rest_in_units():
    amounts = quantity.amounts(
        {"cpu": "1500m", "memory": "2Gi", "nvidia.com/gpu": 8, "pods": "110"}
    )

    assert amounts == {"cpu": 1500, "memory": 2**31, "nvidia.com/gpu": 8, "pods": 110}


def test_total_and_maximum_work_per_resource():
    parts = [{"cpu": 1, "memory": 5}, {"cpu": 3}, {"memory": 2, "gpu": 1}]

    assert quantity.total(parts) == {"cpu": 4, "memory": 7, "gpu": 1}
    assert quantity.maximum(parts) == {"cpu": 3, "memory": 5, "gpu": 1}


@pytest.mark.parametrize(
    ("resource", "amount", "text"),
    [
        ("cpu", 0, "0"),
        ("cpu", 250, "250m"),
        ("cpu", 64000, "64"),
        ("cpu", -1500, "-1500m"),
        ("memory", 512 * 2**30, "512Gi"),
        ("memory", 2**40, "1Ti"),
        ("memory", 1500, "1500"),
        ("ephemeral-storage", 2**40, "1Ti"),
        ("hugepages-2Mi", 0, "0"),
        ("pods", 110, "110"),
        ("nvidia.com/gpu", 1024, "1024"),
    ],
)
def test_amounts_are_written_as_kubernetes_writes_them(resource, amount, text):
    assert quantity.format_amount(resource, amount) == text


@given(st.sampled_from(["cpu", "memory", "pods"]), st.integers(-(2**63), 2**63))
def test_a_formatted_amount_parses_back_to_itself(resource, amount):
    text = quantity.format_amount(resource, amount)

    assert quantity.amounts({resource: text}) == {resource: amount}


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=3),
    st.sampled_from(["", "m", "k", "M", "Ki", "Mi", "Gi", "e2", "E-1"]),
)
def test_rounding_never_shrinks_an_amount_and_adds_less_than_one_unit(number, suffix):
    text = f"{number:f}{suffix}"

    exact = quantity.parse(text)

    assert 0 <= abs(quantity.value(text)) - abs(exact) < 1
    assert 0 <= abs(quantity.millis(text)) - abs(exact) * 1000 < 1


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_order_of_quantities_is_order_of_their_values(a, b):
    assert (quantity.parse(f"{a}m") < quantity.parse(f"{b}m")) == (a < b)
