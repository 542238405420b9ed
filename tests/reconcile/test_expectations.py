"""A store with expectations shows our own writes at once, for as long as they are true."""

import asyncio

import pytest
from msgspec.structs import replace

from grove_tui.kube.objects import Pod
from grove_tui.kube.store import Store
from grove_tui.reconcile.expectations import ExpectedStore
from grove_tui.reconcile.world import INDEX_OWNER, INDEXES
from tests.builders import at, pod

pytestmark = pytest.mark.looptime


def stores():
    store: Store[Pod] = Store(INDEXES["pods"])
    return store, ExpectedStore(store, INDEXES["pods"])


def versioned(obj, version, **metadata):
    return replace(obj, metadata=replace(obj.metadata, resource_version=str(version), **metadata))


POD = versioned(pod("a", owner_uid="owner"), 5)


def names(store):
    return sorted(p.metadata.name for p in store.by_index(INDEX_OWNER, "owner"))


async def test_a_created_object_is_there_before_the_watch_brings_it():
    _, expected = stores()

    expected.written(POD)

    assert expected.get("default", "a") is POD
    assert names(expected) == ["a"]
    assert len(expected) == 1
    assert list(expected.values()) == [POD]


async def test_what_the_watch_brings_wins_as_soon_as_it_is_as_new():
    store, expected = stores()
    expected.written(POD)
    newer = versioned(POD, 6, labels={"seen": "yes"})

    store.put(newer)

    assert expected.get("default", "a") is newer
    assert list(expected.by_index(INDEX_OWNER, "owner")) == [newer]


async def test_an_older_state_from_the_watch_does_not_undo_a_write():
    store, expected = stores()
    store.put(versioned(POD, 3))
    expected.written(POD)

    store.put(versioned(POD, 4))

    assert expected.get("default", "a") is POD
    assert list(expected.by_index(INDEX_OWNER, "owner")) == [POD]


async def test_an_answer_that_is_older_than_what_was_seen_changes_nothing():
    store, expected = stores()
    newer = versioned(POD, 9)
    store.put(newer)

    expected.written(POD)

    assert expected.get("default", "a") is newer


async def test_a_deleted_object_reads_as_terminating_until_it_is_gone():
    store, expected = stores()
    store.put(POD)

    expected.deleted(POD, at(7))

    assert expected.get("default", "a").metadata.deletion_timestamp == at(7)
    store.put(versioned(POD, 6))
    assert expected.get("default", "a").metadata.deletion_timestamp == at(7)
    store.remove(("default", "a"))
    assert expected.get("default", "a") is None
    assert names(expected) == []


async def test_an_object_of_the_same_name_with_another_uid_is_not_terminating():
    store, expected = stores()
    other = versioned(POD, 6, uid="other")
    store.put(other)

    expected.deleted(POD, at(7))

    assert expected.get("default", "a").metadata.deletion_timestamp is None


async def test_the_end_of_a_former_object_does_not_hide_the_new_one():
    store, expected = stores()
    store.put(POD)
    new = versioned(POD, 8, uid="new")
    expected.written(new)

    store.remove(("default", "a"))

    assert expected.get("default", "a") is new


async def test_an_answer_about_an_object_that_was_seen_to_go_is_ignored():
    store, expected = stores()
    store.put(POD)
    store.remove(("default", "a"))

    expected.written(POD)

    assert expected.get("default", "a") is None


async def test_a_write_that_no_watch_confirms_is_offered_for_a_look_and_can_be_dropped():
    _, expected = stores()
    expected.written(POD)
    assert expected.unconfirmed(30) == []
    await asyncio.sleep(31)

    assert expected.unconfirmed(30) == [POD]

    expected.gone(("default", "a"), "another uid")
    assert expected.get("default", "a") is POD
    expected.gone(("default", "a"), POD.metadata.uid)
    assert expected.get("default", "a") is None
    assert names(expected) == []


async def test_a_list_as_new_as_a_write_tells_that_the_object_is_gone():
    _, expected = stores()
    expected.written(POD)

    assert expected.listed("4") == []
    assert expected.get("default", "a") is POD
    assert expected.listed("not a number") == []

    assert expected.listed("5") == [POD]
    assert expected.get("default", "a") is None
    assert names(expected) == []


async def test_a_list_says_nothing_about_what_it_names():
    store, expected = stores()
    store.put(POD)
    expected.written(versioned(POD, 7))

    assert expected.listed("9") == []


async def test_our_own_write_is_told_from_others():
    store, expected = stores()
    expected.written(POD)
    store.put(POD)

    assert expected.is_own_write(POD)
    assert not expected.is_own_write(versioned(POD, 6))


async def test_what_a_write_says_is_known_from_its_start_to_later_writes_and_not_when_it_is_lost():
    _, expected = stores()
    assert not expected.is_answered(POD)

    with expected.writing(POD):
        assert expected.is_answered(POD)
    assert not expected.is_answered(POD)

    expected.written(POD)
    assert expected.is_answered(POD)
    assert expected.is_answered(versioned(POD, 4))
    assert not expected.is_answered(versioned(POD, 6))
