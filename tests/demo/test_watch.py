"""Lists and watches agree on revisions, selections and what has expired; time is virtual."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from grove_tui.demo import watch as watching
from grove_tui.demo.api import Api
from grove_tui.demo.storage import Storage
from tests.demo.caller import CRDS, PODS, TABLE, WIDGETS, Caller, Refused, pod, widget, with_widgets

pytestmark = pytest.mark.looptime

PARTIAL = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"


@pytest.fixture
def api() -> Api:
    return Api(Storage(window=20))


@pytest.fixture
async def caller(api: Api) -> Caller:
    return await with_widgets(api)


async def labelled(caller: Caller, name: str, **labels: str) -> dict[str, Any]:
    body = widget(name)
    body["metadata"]["labels"] = labels
    return await caller.post(WIDGETS, body)


async def seen(events, count: int) -> list[tuple[str, str]]:
    found = []
    async for event in events:
        found.append((event["type"], event["object"]["metadata"].get("name", "")))
        if len(found) == count:
            break
    return found


async def revision(caller: Caller) -> str:
    return str((await caller.get(WIDGETS))["metadata"]["resourceVersion"])


async def test_watch_from_a_list_misses_nothing_and_repeats_nothing(caller: Caller):
    await caller.post(WIDGETS, widget("a"))
    since = await revision(caller)
    await caller.post(WIDGETS, widget("b"))
    await caller.patch(f"{WIDGETS}/a", {"spec": {"size": 2}})
    async with caller.watch(WIDGETS, resourceVersion=since) as events:
        await caller.delete(f"{WIDGETS}/b")

        assert await seen(events, 3) == [("ADDED", "b"), ("MODIFIED", "a"), ("DELETED", "b")]


async def test_each_event_carries_the_revision_of_its_write(caller: Caller):
    async with caller.watch(WIDGETS, resourceVersion=await revision(caller)) as events:
        created = await caller.post(WIDGETS, widget())
        await caller.delete(f"{WIDGETS}/w")
        added, deleted = [await anext(events) for _ in range(2)]

    assert added["object"] == created
    assert int(deleted["object"]["metadata"]["resourceVersion"]) == (
        int(created["metadata"]["resourceVersion"]) + 1
    )


async def test_watch_without_revision_starts_with_what_there_is(caller: Caller):
    await caller.post(WIDGETS, widget("a"))
    await caller.post(WIDGETS, widget("b"))
    async with caller.watch(WIDGETS) as events:
        await caller.post(WIDGETS, widget("c"))

        assert await seen(events, 3) == [("ADDED", "a"), ("ADDED", "b"), ("ADDED", "c")]


async def test_watch_of_another_namespace_and_resource_hears_nothing(caller: Caller):
    other = WIDGETS.replace("default", "kube-system")
    async with caller.watch(other, timeoutSeconds=5) as events:
        await caller.post(WIDGETS, widget("here"))
        await caller.post(PODS, pod())
        await caller.post(other, widget("there"))

        assert [e["object"]["metadata"]["name"] async for e in events] == ["there"]


async def test_selection_turns_changes_into_arrivals_and_departures(caller: Caller):
    await labelled(caller, "a", x="1")
    since = await revision(caller)
    async with caller.watch(WIDGETS, resourceVersion=since, labelSelector="x=1") as events:
        await labelled(caller, "b", x="2")
        await caller.patch(f"{WIDGETS}/b", {"metadata": {"labels": {"x": "1"}}})
        await caller.patch(f"{WIDGETS}/b", {"spec": {"size": 5}})
        await caller.patch(f"{WIDGETS}/b", {"metadata": {"labels": {"x": "2"}}})
        await caller.patch(f"{WIDGETS}/b", {"spec": {"size": 6}})
        await caller.delete(f"{WIDGETS}/b")
        await caller.delete(f"{WIDGETS}/a")

        assert await seen(events, 4) == [
            ("ADDED", "b"),
            ("MODIFIED", "b"),
            ("DELETED", "b"),
            ("DELETED", "a"),
        ]


async def test_departure_shows_the_state_last_seen(caller: Caller):
    await labelled(caller, "a", x="1")
    since = await revision(caller)
    async with caller.watch(WIDGETS, resourceVersion=since, labelSelector="x=1") as events:
        changed = await caller.patch(f"{WIDGETS}/a", {"metadata": {"labels": {"x": "2"}}})
        gone = (await anext(events))["object"]["metadata"]

    assert gone["labels"] == {"x": "1"}
    assert gone["resourceVersion"] == changed["metadata"]["resourceVersion"]


async def test_selection_works_on_past_changes_too(caller: Caller):
    since = await revision(caller)
    await labelled(caller, "a", x="1")
    await caller.patch(f"{WIDGETS}/a", {"metadata": {"labels": {"x": "2"}}})
    async with caller.watch(WIDGETS, resourceVersion=since, labelSelector="x=1") as events:
        assert await seen(events, 2) == [("ADDED", "a"), ("DELETED", "a")]


async def test_watch_of_one_object(caller: Caller):
    await caller.post(WIDGETS, widget("a"))
    async with caller.watch(f"{WIDGETS}/a", timeoutSeconds=5) as events:
        await caller.post(WIDGETS, widget("b"))
        await caller.delete(f"{WIDGETS}/a")

        assert await seen(events, 2) == [("ADDED", "a"), ("DELETED", "a")]


async def test_pods_are_watched_by_node(caller: Caller):
    await caller.post(PODS, pod("a"))
    async with caller.watch(PODS, fieldSelector="spec.nodeName=n1") as events:
        await caller.post(f"{PODS}/a/binding", {"target": {"name": "n1"}})

        assert await seen(events, 1) == [("ADDED", "a")]


async def test_watch_ends_at_its_timeout(caller: Caller, looptime):
    async with caller.watch(WIDGETS, timeoutSeconds=300) as events:
        assert [event async for event in events] == []

    assert looptime == 300


async def test_bookmarks_tell_a_quiet_watch_how_far_the_server_is(caller: Caller, looptime):
    async with caller.watch(WIDGETS, allowWatchBookmarks="true", timeoutSeconds=600) as events:
        await caller.post(PODS, pod())
        found = [event async for event in events]

    assert {event["type"] for event in found} == {"BOOKMARK"}
    assert 10 <= len(found) <= 13
    newest = (await caller.get(PODS))["metadata"]["resourceVersion"]
    assert found[-1]["object"]["metadata"]["resourceVersion"] == newest
    assert found[-1]["object"]["kind"] == "Widget"


async def test_watch_without_bookmarks_gets_none(caller: Caller):
    async with caller.watch(WIDGETS, timeoutSeconds=600) as events:
        assert [event async for event in events] == []


async def test_watch_list_marks_the_end_of_the_present_state(caller: Caller):
    await caller.post(WIDGETS, widget("a"))
    options = {
        "sendInitialEvents": "true",
        "allowWatchBookmarks": "true",
        "resourceVersionMatch": "NotOlderThan",
    }
    async with caller.watch(WIDGETS, **options) as events:
        added, end = [await anext(events) for _ in range(2)]
        await caller.post(WIDGETS, widget("b"))
        after = await anext(events)

    assert (added["type"], end["type"], after["type"]) == ("ADDED", "BOOKMARK", "ADDED")
    assert end["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert int(end["object"]["metadata"]["resourceVersion"]) < int(
        after["object"]["metadata"]["resourceVersion"]
    )


async def test_watch_list_needs_its_match(caller: Caller):
    with pytest.raises(Refused) as refused:
        await caller.get(WIDGETS, watch="1", sendInitialEvents="true")

    assert refused.value.code == 400


async def test_revision_before_the_window_is_expired(caller: Caller):
    since = await revision(caller)
    for _ in range(21):
        await caller.post(WIDGETS, {"metadata": {"generateName": "x"}, "spec": {"size": 1}})
    async with caller.watch(WIDGETS, resourceVersion=since) as events:
        found = [event async for event in events]

    assert [event["type"] for event in found] == ["ERROR"]
    assert (found[0]["object"]["code"], found[0]["object"]["reason"]) == (410, "Expired")


async def test_revision_from_another_life_of_the_server_is_expired(caller: Caller):
    async with caller.watch(WIDGETS, resourceVersion=10**6) as events:
        assert (await anext(events))["object"]["code"] == 410


async def test_reader_that_does_not_keep_up_loses_its_watch(caller: Caller, monkeypatch):
    monkeypatch.setattr(watching, "MAX_BUFFERED", 5)
    async with caller.watch(WIDGETS, resourceVersion=await revision(caller)) as events:
        for name in "abcdefgh":
            await caller.post(WIDGETS, widget(name))
        found = [event async for event in events]

    assert [event["type"] for event in found] == ["ERROR"]
    assert found[0]["object"]["code"] == 410


async def test_closing_the_api_ends_its_watches(caller: Caller, api: Api, looptime):
    async with caller.watch(WIDGETS) as events:
        reader = asyncio.create_task(anext(events, None))
        await asyncio.sleep(1)
        api.close()

        assert await reader is None
    assert looptime < 2


async def test_table_watch_sends_rows(caller: Caller):
    async with caller.watch(WIDGETS, TABLE) as events:
        await caller.post(WIDGETS, widget(size=4))
        event = await anext(events)

    table = event["object"]
    assert (event["type"], table["kind"]) == ("ADDED", "Table")
    assert table["rows"][0]["cells"] == ["w", 4, None, "0s"]


async def test_metadata_watch_sends_metadata_only(caller: Caller):
    async with caller.watch(WIDGETS, PARTIAL) as events:
        await caller.post(WIDGETS, widget())
        shown = (await anext(events))["object"]

    assert (shown["kind"], shown["metadata"]["name"]) == ("PartialObjectMetadata", "w")
    assert "spec" not in shown


async def test_deleting_a_definition_deletes_its_objects_and_ends_their_watches(caller: Caller):
    await caller.post(WIDGETS, widget())
    async with caller.watch(WIDGETS) as events:
        await caller.delete(f"{CRDS}/widgets.example.com")

        rest = [(event["type"], event["object"]["metadata"]["name"]) async for event in events]
    assert rest == [("ADDED", "w"), ("DELETED", "w")]
    with pytest.raises(Refused, match="could not find the requested resource"):
        await caller.get(WIDGETS)


async def test_pages_stay_at_the_revision_of_the_first(caller: Caller):
    for name in "abcde":
        await caller.post(WIDGETS, widget(name))
    first = await caller.get(WIDGETS, limit=2)
    await caller.delete(f"{WIDGETS}/d")
    await caller.post(WIDGETS, widget("bb"))
    await caller.patch(f"{WIDGETS}/e", {"spec": {"size": 9}})

    token = first["metadata"]["continue"]
    second = await caller.get(WIDGETS, limit=2, continue_=token)
    third = await caller.get(WIDGETS, limit=2, continue_=second["metadata"]["continue"])

    pages = [first, second, third]
    names = [[item["metadata"]["name"] for item in page["items"]] for page in pages]
    assert names == [["a", "b"], ["c", "d"], ["e"]]
    assert third["items"][0]["spec"]["size"] == 1
    assert all(
        one["metadata"]["resourceVersion"] == other["metadata"]["resourceVersion"]
        for one, other in pairwise(pages)
    )
    assert [page["metadata"].get("remainingItemCount") for page in pages] == [3, 1, None]
    assert "continue" not in third["metadata"]


async def test_page_of_an_expired_list_is_gone(caller: Caller):
    for name in "abc":
        await caller.post(WIDGETS, widget(name))
    token = (await caller.get(WIDGETS, limit=2))["metadata"]["continue"]
    for size in range(30):
        await caller.patch(f"{WIDGETS}/a", {"spec": {"size": size}})

    with pytest.raises(Refused) as refused:
        await caller.get(WIDGETS, limit=2, continue_=token)

    assert (refused.value.code, refused.value.reason) == (410, "Expired")


@pytest.mark.parametrize("token", ["!!!", "e30", "bm90IGpzb24"])
async def test_token_that_is_none_is_a_bad_request(caller: Caller, token: str):
    with pytest.raises(Refused) as refused:
        await caller.get(WIDGETS, continue_=token)

    assert refused.value.code == 400


async def test_exact_revision_shows_the_past(caller: Caller):
    await caller.post(WIDGETS, widget("a"))
    since = await revision(caller)
    await caller.delete(f"{WIDGETS}/a")

    match = {"resourceVersion": since, "resourceVersionMatch": "Exact"}
    past = await caller.get(WIDGETS, **match)

    assert [item["metadata"]["name"] for item in past["items"]] == ["a"]
    assert past["metadata"]["resourceVersion"] == since
    assert await caller.names(WIDGETS, resourceVersion=since) == []


async def test_list_from_the_future_is_told_to_wait(caller: Caller):
    with pytest.raises(Refused) as refused:
        await caller.get(WIDGETS, resourceVersion=10**6)

    assert refused.value.code == 504


@pytest.mark.parametrize("query", [{"limit": "x"}, {"resourceVersion": "x"}, {"limit": "-1"}])
async def test_parameters_that_are_no_numbers(caller: Caller, query: dict[str, Any]):
    with pytest.raises(Refused) as refused:
        await caller.get(WIDGETS, **query)

    assert refused.value.code == 400


async def test_lists_select_by_label_and_field(caller: Caller):
    await labelled(caller, "a", x="1")
    await labelled(caller, "b", x="2")

    assert await caller.names(WIDGETS, labelSelector="x in (2,3)") == ["b"]
    assert await caller.names(WIDGETS, fieldSelector="metadata.name!=b") == ["a"]
    assert await caller.names(WIDGETS, labelSelector="x", limit=1) == ["a"]


@pytest.mark.parametrize("value", ["true", "True", "1"])
async def test_booleans_of_every_client_are_understood(caller: Caller, value: str):
    await caller.post(WIDGETS, widget())

    response = await caller.send("GET", WIDGETS, watch=value, timeoutSeconds=1)

    assert response.body.count(b"\n") == 1
    assert response.body.startswith(b'{"type":"ADDED"')


async def test_what_changes_at_the_very_end_of_a_watch_is_still_sent(caller: Caller):
    since = await revision(caller)

    async def create_at_the_end() -> None:
        await asyncio.sleep(5)
        await caller.post(WIDGETS, widget("late"))

    creating = asyncio.create_task(create_at_the_end())
    await asyncio.sleep(0)
    query = {"resourceVersion": since, "timeoutSeconds": "5", "allowWatchBookmarks": "true"}
    async with caller.watch(WIDGETS, **query) as events:
        found = [
            (event["type"], event["object"]["metadata"].get("name", "")) async for event in events
        ]
    await creating

    assert found[0] == ("ADDED", "late")
