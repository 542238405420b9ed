"""What a server says when it refuses is data: shown, never obeyed."""

import msgspec
import pytest

from grove_tui.kube.errors import Conflict, Invalid, from_response
from grove_tui.kube.sanitize import REPLACEMENT
from grove_tui.kube.transport import Response

EVIL = "\x1b]0;owned\x07\u202e"


def refusal(code, **status):
    body = {"kind": "Status", "code": code, **status}
    return from_response(Response(code, {}, msgspec.json.encode(body)))


def test_a_status_is_clean_of_control_characters_everywhere():
    causes = [{"field": f"spec.{EVIL}", "message": EVIL}]

    error = refusal(422, message=f"denied: {EVIL}", details={"causes": causes})

    assert isinstance(error, Invalid)
    clean = f"{REPLACEMENT}]0;owned{REPLACEMENT}{REPLACEMENT}"
    assert error.message == f"denied: {clean}"
    assert error.causes == [(f"spec.{clean}", clean)]


def test_a_body_that_is_no_status_is_clean_as_well():
    error = from_response(Response(409, {}, f"<html>{EVIL} sorry".encode()))

    assert isinstance(error, Conflict)
    assert error.message == f"<html>{REPLACEMENT}]0;owned{REPLACEMENT}{REPLACEMENT} sorry"


@pytest.mark.parametrize("body", [b"", b"\x1b\xff", b'{"kind": "Status", "message": "\\u001b'])
def test_a_body_that_is_nothing_is_an_error_all_the_same(body):
    error = from_response(Response(503, {}, body))

    assert str(error)
    assert error.code == 503
