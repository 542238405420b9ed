"""What the CRDs say in CEL, admission says as well, and each rule has an object that breaks it."""

import pytest

from grove_tui.api.validation import validate_child, validate_create, validate_update
from tests.contract.rules import BREACHES, PODCLIQUE, rules


def test_each_rule_has_an_object_that_breaks_it():
    assert {breach.rule for breach in BREACHES} == rules()


@pytest.mark.parametrize("breach", BREACHES, ids=str)
def test_admission_refuses_what_a_rule_refuses(breach):
    if breach.rule.kind == PODCLIQUE:
        assert validate_child(PODCLIQUE, breach.new)
    elif breach.old is None:
        assert validate_create(breach.new)
    else:
        assert validate_create(breach.old) == []
        assert validate_update(breach.new, breach.old)
