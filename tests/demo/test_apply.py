"""Server-side apply: merging by structure, ownership, conflicts and what is no longer applied."""

from typing import Any

import pytest

from grove_tui.demo.api import Api
from grove_tui.demo.statuses import Json
from tests.demo.caller import PODS, WIDGETS, Caller, Refused, pod, widget, with_widgets

PATH = f"{WIDGETS}/w"


@pytest.fixture
async def caller() -> Caller:
    return await with_widgets(Api())


async def apply(
    caller: Caller, body: Json, manager: str = "me", path: str = PATH, **query: Any
) -> Json:
    return await caller.patch(path, body, "apply", fieldManager=manager, **query)


async def refused(awaitable) -> Refused:
    with pytest.raises(Refused) as caught:
        await awaitable
    return caught.value


def owners(obj: Json) -> dict[str, Json]:
    return {
        f"{entry['manager']} {entry['operation']}": entry["fieldsV1"]
        for entry in obj["metadata"].get("managedFields", [])
    }


async def test_apply_creates_what_is_missing(caller: Caller):
    response = await caller.send(
        "PATCH",
        PATH,
        widget(size=2),
        {"content-type": "application/apply-patch+yaml"},
        fieldManager="me",
    )

    assert response.status == 201
    created = await caller.get(PATH)
    assert created["spec"] == {"size": 2, "colour": "red"}
    assert owners(created) == {"me Apply": {"f:spec": {"f:size": {}}}}


async def test_applying_the_same_again_writes_nothing(caller: Caller):
    first = await apply(caller, widget())

    assert await apply(caller, widget()) == first


async def test_applying_yaml(caller: Caller):
    text = b"apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: 7}\n"

    assert (await apply(caller, text))["spec"]["size"] == 7  # type: ignore[arg-type]


async def test_field_that_is_no_longer_applied_goes(caller: Caller):
    await apply(caller, widget(colour="green", tags=["a", "b"]))

    after = await apply(caller, widget(tags=["b"]))

    assert after["spec"] == {"size": 1, "colour": "red", "tags": ["b"]}


async def test_field_of_another_owner_stays(caller: Caller):
    await apply(caller, widget(tags=["a"]))
    await caller.patch(PATH, {"spec": {"colour": "green"}})

    after = await apply(caller, widget())

    assert after["spec"] == {"size": 1, "colour": "green"}


async def test_field_with_two_owners_goes_with_the_second(caller: Caller):
    await apply(caller, widget(tags=["a"]), "me")
    await apply(caller, widget(tags=["a"]), "you")

    still = await apply(caller, widget(), "me")
    gone = await apply(caller, widget(), "you")

    assert still["spec"]["tags"] == ["a"]
    assert "tags" not in gone["spec"]


async def test_items_merge_by_their_keys(caller: Caller):
    await apply(caller, widget(parts=[{"name": "a", "count": 1}]), "me")

    both = await apply(caller, widget(parts=[{"name": "b", "count": 2}]), "you")
    note = await apply(caller, widget(parts=[{"name": "a", "note": "n"}]), "third")
    gone = await apply(caller, widget(), "you")

    assert both["spec"]["parts"] == [{"name": "a", "count": 1}, {"name": "b", "count": 2}]
    assert note["spec"]["parts"][0] == {"name": "a", "count": 1, "note": "n"}
    assert gone["spec"]["parts"] == [{"name": "a", "count": 1, "note": "n"}]


async def test_item_stays_while_another_owns_a_field_in_it(caller: Caller):
    await apply(caller, widget(parts=[{"name": "a", "count": 1}]), "me")
    await apply(caller, widget(parts=[{"name": "a", "note": "n"}]), "you")

    after = await apply(caller, widget(), "me")

    assert after["spec"]["parts"] == [{"name": "a", "note": "n"}]


async def test_value_of_another_applier_is_a_conflict(caller: Caller):
    await apply(caller, widget(colour="green"), "me")

    error = await refused(apply(caller, widget(colour="blue"), "you"))

    assert (error.code, error.reason) == (409, "Conflict")
    assert str(error) == (
        'Apply failed with 1 conflict: conflict with "me" using example.com/v1: .spec.colour'
    )
    assert error.status["details"]["causes"] == [
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "me" using example.com/v1',
            "field": ".spec.colour",
        }
    ]


async def test_value_changed_by_a_patch_is_a_conflict_too(caller: Caller):
    await apply(caller, widget(parts=[{"name": "a", "count": 1}]))
    patch = [{"op": "replace", "path": "/spec/parts/0/count", "value": 5}]
    await caller.patch(PATH, patch, "json", fieldManager="editor")

    error = await refused(apply(caller, widget(parts=[{"name": "a", "count": 1}])))

    assert '.spec.parts[name="a"].count' in str(error)
    assert '"editor"' in str(error)


async def test_scaling_takes_the_replicas_over(caller: Caller):
    await apply(caller, widget())
    await caller.patch(f"{PATH}/scale", {"spec": {"replicas": 5}}, fieldManager="kubectl")

    error = await refused(apply(caller, widget()))

    assert ".spec.size" in str(error)


async def test_force_takes_the_field_from_its_owner(caller: Caller):
    await apply(caller, widget(colour="green"), "me")

    after = await apply(caller, widget(colour="blue"), "you", force="true")

    assert after["spec"]["colour"] == "blue"
    assert owners(after) == {
        "me Apply": {"f:spec": {"f:size": {}}},
        "you Apply": {"f:spec": {"f:colour": {}, "f:size": {}}},
    }


async def test_same_value_is_shared_not_disputed(caller: Caller):
    await apply(caller, widget(colour="green"), "me")

    assert (await apply(caller, widget(colour="green"), "you"))["spec"]["colour"] == "green"


async def test_containers_and_labels_of_builtin_objects_merge(caller: Caller):
    path = f"{PODS}/p"
    await caller.post(PODS, pod())
    config = {
        "metadata": {"labels": {"a": "b"}, "finalizers": ["example.com/f"]},
        "spec": {"containers": [{"name": "c", "image": "i:2"}]},
    }

    after = await apply(caller, config, path=path)
    bare = await apply(caller, {"metadata": {"labels": {"z": "y"}}}, path=path)

    assert after["spec"]["containers"][0]["image"] == "i:2"
    assert after["spec"]["containers"][0]["terminationMessagePolicy"] == "File"
    assert bare["metadata"]["labels"] == {"z": "y"}
    assert "finalizers" not in bare["metadata"]


async def test_what_was_there_before_the_first_apply_stays_but_gives_way(caller: Caller):
    await caller.post(WIDGETS, widget(colour="green", tags=["a"]))

    changed = await apply(caller, widget(colour="blue"))
    smaller = await apply(caller, widget())

    assert changed["spec"] == {"size": 1, "colour": "blue", "tags": ["a"]}
    assert smaller["spec"] == {"size": 1, "colour": "red", "tags": ["a"]}


async def test_status_is_not_applied_through_the_object(caller: Caller):
    applied = await apply(caller, {**widget(), "status": {"size": 4}})

    assert "status" not in applied


async def test_owners_that_a_client_sends_are_ignored_elsewhere(caller: Caller):
    body = widget()
    body["metadata"]["managedFields"] = [{"manager": "fake"}]

    created = await caller.post(WIDGETS, body)
    patched = await caller.patch(PATH, {"metadata": {"managedFields": [{"manager": "fake"}]}})

    assert "managedFields" not in created["metadata"]
    assert "managedFields" not in patched["metadata"]


@pytest.mark.parametrize(
    ("body", "query", "part"),
    [
        (widget(), {"fieldManager": ""}, "fieldManager is required"),
        ({"metadata": {"managedFields": [{}]}}, {"fieldManager": "x"}, "managedFields must be nil"),
        (b"[1]", {"fieldManager": "x"}, "must be an object"),
        (b"{a: [", {"fieldManager": "x"}, "error converting YAML"),
        ({**widget(), "kind": "Gadget"}, {"fieldManager": "x"}, "Gadget"),
    ],
)
async def test_what_cannot_be_applied(caller: Caller, body: Any, query: Json, part: str):
    error = await refused(caller.patch(PATH, body, "apply", **query))

    assert error.code == 400
    assert part in str(error)


async def test_dry_run_of_apply(caller: Caller):
    tried = await apply(caller, widget(), dryRun="All")

    assert tried["spec"]["size"] == 1
    assert await caller.names(WIDGETS) == []
