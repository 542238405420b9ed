"""No control character of a cluster's text survives decoding."""

import json

import msgspec
import pytest
from hypothesis import given, strategies as st

from grove_tui.kube.resources import EVENTS, PODS
from grove_tui.kube.sanitize import REPLACEMENT, clean_json, clean_text

UNSAFE = {chr(c) for c in (*range(0x20), 0x7F, *range(0x80, 0xA0))} - {"\n", "\t"}
SEPARATORS = set("\u2028\u2029")
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def strings_of(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings_of(item)


@given(st.recursive(st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v), max_leaves=8))
def test_no_unsafe_character_survives_whatever_its_escape(value):
    for data in (msgspec.json.encode(value), json.dumps(value).encode()):
        for text in strings_of(msgspec.json.decode(clean_json(data))):
            assert not (set(text) & (UNSAFE | BIDI | SEPARATORS))


@pytest.mark.parametrize("character", sorted(UNSAFE | BIDI | SEPARATORS))
@pytest.mark.parametrize("is_escaped", [True, False])
def test_each_unsafe_character_is_replaced(character, is_escaped):
    data = json.dumps(f"a{character}z", ensure_ascii=is_escaped).encode()

    assert json.loads(clean_json(data)) == f"a{REPLACEMENT}z"


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_is_untouched(text):
    assert clean_text(text) == text


def test_event_message_with_an_escape_sequence_is_disarmed():
    event = EVENTS.decode(b'{"message":"\\u001b]0;owned\\u0007 [/bar]\\nsecond"}')

    assert event.message == "\ufffd]0;owned\ufffd [/bar]\nsecond"


def test_object_with_null_lists_decodes_as_if_they_were_absent():
    pod = PODS.decode(b'{"metadata":{"name":"a","labels":null},"spec":{"containers":null}}')

    assert (pod.metadata.labels, pod.spec.containers) == ({}, ())


def test_one_malformed_object_does_not_cost_the_list():
    items, meta = PODS.decode_list(
        b'{"metadata":{"resourceVersion":"7"},"items":['
        b'{"metadata":{"name":"good"}},{"metadata":{"name":"bad"},"spec":{"containers":3}}]}'
    )

    assert ([p.metadata.name for p in items], meta.resource_version) == (["good"], "7")
