"""Create, read, update and delete follow Kubernetes' rules, with its status codes and sentences."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from grove_tui.demo.api import Api
from grove_tui.demo.statuses import Json
from grove_tui.demo.storage import Storage
from tests.demo.caller import PODS, WIDGETS, Caller, Clock, Refused, pod, widget, with_widgets

CONFIGMAPS = "/api/v1/namespaces/default/configmaps"
NAMESPACES = "/api/v1/namespaces"


@pytest.fixture
def api(clock: Clock) -> Api:
    return Api(clock=clock)


@pytest.fixture
async def caller(api: Api) -> Caller:
    return await with_widgets(api)


async def refused(awaitable) -> Refused:
    with pytest.raises(Refused) as caught:
        await awaitable
    return caught.value


async def test_created_object_gets_identity_and_first_generation(caller: Caller):
    created = await caller.post(WIDGETS, widget())

    metadata = created["metadata"]
    assert metadata["namespace"] == "default"
    assert metadata["creationTimestamp"] == "2026-01-01T00:00:00Z"
    assert metadata["generation"] == 1
    assert re.fullmatch(r"[0-9a-f-]{36}", metadata["uid"])
    assert await caller.get(f"{WIDGETS}/w") == created


async def test_what_only_the_server_sets_is_ignored_on_create(caller: Caller):
    body = widget()
    body["metadata"] |= {
        "uid": "mine",
        "generation": 7,
        "deletionTimestamp": "2026-01-01T00:00:00Z",
    }
    body["status"] = {"size": 5}

    created = await caller.post(WIDGETS, body)

    assert created["metadata"]["uid"] != "mine"
    assert created["metadata"]["generation"] == 1
    assert "deletionTimestamp" not in created["metadata"]
    assert "status" not in created


async def test_resource_version_on_create_is_refused(caller: Caller):
    body = widget()
    body["metadata"]["resourceVersion"] = "5"

    assert (await refused(caller.post(WIDGETS, body))).code == 400


async def test_generated_names_use_the_safe_alphabet(caller: Caller):
    body = {"metadata": {"generateName": "x-"}, "spec": {"size": 1}}

    names = {(await caller.post(WIDGETS, body))["metadata"]["name"] for _ in range(20)}

    assert len(names) == 20
    assert all(re.fullmatch(r"x-[bcdfghjklmnpqrstvwxz2456789]{5}", name) for name in names)


async def test_generated_name_that_is_taken_is_generated_again(caller: Caller, monkeypatch):
    suffixes = iter("aaaaabbbbb" * 2)
    monkeypatch.setattr("secrets.choice", lambda alphabet: next(suffixes))
    body = {"metadata": {"generateName": "x-"}, "spec": {"size": 1}}
    await caller.post(WIDGETS, widget("x-aaaaa"))

    assert (await caller.post(WIDGETS, body))["metadata"]["name"] == "x-bbbbb"


async def test_taken_name(caller: Caller):
    await caller.post(WIDGETS, widget())

    error = await refused(caller.post(WIDGETS, widget()))

    assert (error.code, error.reason) == (409, "AlreadyExists")
    assert str(error) == 'widgets.example.com "w" already exists'


async def test_missing_object(caller: Caller):
    error = await refused(caller.get(f"{WIDGETS}/w"))

    assert (error.code, error.reason) == (404, "NotFound")
    assert str(error) == 'widgets.example.com "w" not found'
    assert error.status["details"] == {"name": "w", "group": "example.com", "kind": "widgets"}


async def test_create_in_a_missing_namespace(caller: Caller):
    error = await refused(caller.post("/api/v1/namespaces/nope/pods", pod()))

    assert (error.code, str(error)) == (404, 'namespaces "nope" not found')


@pytest.mark.parametrize("name", ["Upper", "under_score", "-dash", "a" * 254])
async def test_invalid_name(caller: Caller, name: str):
    error = await refused(caller.post(WIDGETS, widget(name)))

    assert error.code == 422
    assert error.causes[0][0] == "metadata.name"


async def test_name_is_required(caller: Caller):
    error = await refused(caller.post(WIDGETS, {"spec": {"size": 1}}))

    assert error.causes == [("metadata.name", "Required value: name or generateName is required")]


@pytest.mark.parametrize("labels", [{"a b": "x"}, {"a": "x y"}, {"a": "v" * 64}])
async def test_invalid_labels(caller: Caller, labels: dict[str, Any]):
    body = widget()
    body["metadata"]["labels"] = labels

    assert (await refused(caller.post(WIDGETS, body))).causes[0][0] == "metadata.labels"


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"a": 1}},
        {"labels": ["a"]},
        {"annotations": {"a": True}},
        {"finalizers": "example.com/f"},
        {"ownerReferences": [{"controller": "yes"}]},
    ],
)
async def test_metadata_of_the_wrong_type_is_a_bad_request(caller: Caller, metadata: Json):
    body = widget()
    body["metadata"] |= metadata

    error = await refused(caller.post(WIDGETS, body))

    assert error.code == 400
    assert f"metadata.{next(iter(metadata))}" in str(error)


async def test_unknown_metadata_is_dropped_reported_or_refused(caller: Caller):
    body = widget()
    body["metadata"]["colour"] = "red"

    assert "colour" not in (await caller.post(WIDGETS, body))["metadata"]
    error = await refused(caller.post(WIDGETS, body, fieldValidation="Strict"))
    assert 'unknown field "metadata.colour"' in str(error)


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({"kind": "Gadget", "metadata": {"name": "w"}}, "Gadget"),
        ({"apiVersion": "example.com/v2", "metadata": {"name": "w"}}, "example.com/v2"),
        ({"metadata": {"name": "w", "namespace": "other"}}, "namespace"),
        ({"metadata": "w"}, "metadata"),
        ([], "object"),
        (b"{", "decode"),
    ],
)
async def test_body_that_does_not_belong_here(caller: Caller, body, part: str):
    error = await refused(caller.post(WIDGETS, body))

    assert error.code == 400
    assert part in str(error)


async def test_yaml_body(caller: Caller):
    text = b"metadata: {name: y}\nspec: {size: 2, colour: 2026-01-01}"

    created = await caller.call("POST", WIDGETS, text, {"content-type": "application/yaml"})

    assert created["spec"] == {"size": 2, "colour": "2026-01-01"}


async def test_other_content_types_are_unsupported(caller: Caller):
    error = await refused(caller.call("POST", WIDGETS, b"x", {"content-type": "text/csv"}))

    assert (error.code, error.reason) == (415, "UnsupportedMediaType")


async def test_generation_counts_spec_changes_only(caller: Caller):
    await caller.post(WIDGETS, widget())
    path = f"{WIDGETS}/w"

    labelled = await caller.patch(path, {"metadata": {"labels": {"a": "b"}}})
    resized = await caller.patch(path, {"spec": {"size": 2}})
    reported = await caller.patch(f"{path}/status", {"status": {"size": 2}})

    assert [o["metadata"]["generation"] for o in (labelled, resized, reported)] == [1, 2, 2]


async def test_write_that_changes_nothing_makes_no_revision(caller: Caller):
    created = await caller.post(WIDGETS, widget())

    patched = await caller.patch(f"{WIDGETS}/w", {"spec": {"size": 1}})
    replaced = await caller.put(f"{WIDGETS}/w", created)

    assert patched == replaced == created


async def test_status_is_written_through_its_subresource_only(caller: Caller):
    created = await caller.post(WIDGETS, widget())
    created["status"] = {"size": 9}
    created["spec"]["size"] = 2

    main = await caller.put(f"{WIDGETS}/w", created)
    assert "status" not in main
    main["status"], main["spec"]["size"], main["metadata"]["labels"] = {"size": 9}, 3, {"a": "b"}
    status = await caller.put(f"{WIDGETS}/w/status", main)

    assert status["status"] == {"size": 9}
    assert status["spec"]["size"] == 2
    assert "labels" not in status["metadata"]


async def test_stale_resource_version_is_a_conflict(caller: Caller):
    first = await caller.post(WIDGETS, widget())
    await caller.patch(f"{WIDGETS}/w", {"spec": {"size": 2}})

    error = await refused(caller.put(f"{WIDGETS}/w", first))
    patch = {"metadata": {"resourceVersion": first["metadata"]["resourceVersion"]}}
    by_patch = await refused(caller.patch(f"{WIDGETS}/w", patch))

    assert (error.code, error.reason) == (by_patch.code, by_patch.reason) == (409, "Conflict")
    assert "the object has been modified" in str(error)


async def test_custom_resource_is_not_replaced_without_a_version(caller: Caller):
    await caller.post(WIDGETS, widget())

    error = await refused(caller.put(f"{WIDGETS}/w", widget()))

    assert "metadata.resourceVersion" in str(error)


@pytest.mark.parametrize("subresource", ["", "/status", "/scale"])
async def test_patch_for_another_uid_is_a_conflict(caller: Caller, subresource: str):
    await caller.post(WIDGETS, widget())

    error = await refused(caller.patch(f"{WIDGETS}/w{subresource}", {"metadata": {"uid": "other"}}))

    assert error.code == 409
    assert "Precondition failed: UID in precondition: other" in str(error)


async def test_delete_with_preconditions(caller: Caller):
    created = await caller.post(WIDGETS, widget())
    wrong_uid = {"preconditions": {"uid": "other"}}
    wrong_version = {"preconditions": {"resourceVersion": "1"}}
    right = {"preconditions": {"uid": created["metadata"]["uid"]}}

    assert (await refused(caller.delete(f"{WIDGETS}/w", wrong_uid))).code == 409
    assert (await refused(caller.delete(f"{WIDGETS}/w", wrong_version))).code == 409
    gone = await caller.delete(f"{WIDGETS}/w", right)

    assert gone["status"] == "Success"
    assert gone["details"]["uid"] == created["metadata"]["uid"]
    assert await caller.names(WIDGETS) == []


async def test_finalizers_hold_a_deleted_object(caller: Caller, clock: Clock):
    body = widget()
    body["metadata"]["finalizers"] = ["example.com/a", "example.com/b"]
    await caller.post(WIDGETS, body)
    clock.now += timedelta(seconds=5)

    marked = await caller.delete(f"{WIDGETS}/w")
    again = await caller.delete(f"{WIDGETS}/w")
    fewer = await caller.patch(f"{WIDGETS}/w", {"metadata": {"finalizers": ["example.com/b"]}})

    assert marked["metadata"]["deletionTimestamp"] == "2026-01-01T00:00:05Z"
    assert marked["metadata"]["generation"] == 2
    assert again == marked
    assert fewer["metadata"]["finalizers"] == ["example.com/b"]
    await caller.patch(f"{WIDGETS}/w", {"metadata": {"finalizers": None}})
    assert await caller.names(WIDGETS) == []


async def test_no_new_finalizers_while_deleting(caller: Caller):
    body = widget()
    body["metadata"]["finalizers"] = ["example.com/a"]
    await caller.post(WIDGETS, body)
    await caller.delete(f"{WIDGETS}/w")

    patch = {"metadata": {"finalizers": ["example.com/a", "example.com/z"]}}
    error = await refused(caller.patch(f"{WIDGETS}/w", patch))

    assert error.causes[0][0] == "metadata.finalizers"
    assert '"example.com/z"' in error.causes[0][1]


@pytest.mark.parametrize(
    ("options", "finalizers"),
    [
        ({"propagationPolicy": "Foreground"}, ["foregroundDeletion"]),
        ({"propagationPolicy": "Orphan"}, ["orphan"]),
        ({"orphanDependents": True}, ["orphan"]),
    ],
)
async def test_propagation_leaves_work_for_the_garbage_collector(
    caller: Caller, options: dict[str, Any], finalizers: list[Any]
):
    await caller.post(WIDGETS, widget())

    marked = await caller.delete(f"{WIDGETS}/w", options)

    assert marked["metadata"]["finalizers"] == finalizers
    assert "deletionTimestamp" in marked["metadata"]


async def test_background_propagation_removes_at_once(caller: Caller):
    await caller.post(WIDGETS, widget())

    await caller.delete(f"{WIDGETS}/w", propagationPolicy="Background")

    assert await caller.names(WIDGETS) == []


async def test_unknown_propagation_is_refused(caller: Caller):
    await caller.post(WIDGETS, widget())

    assert (await refused(caller.delete(f"{WIDGETS}/w", propagationPolicy="Sideways"))).code == 400


async def test_dry_run_answers_and_changes_nothing(caller: Caller):
    tried = await caller.post(WIDGETS, widget(), dryRun="All")
    assert tried["metadata"]["uid"]
    assert await caller.names(WIDGETS) == []

    before = await caller.post(WIDGETS, widget())
    patched = await caller.patch(f"{WIDGETS}/w", {"spec": {"size": 5}}, dryRun="All")
    await caller.patch(f"{WIDGETS}/w/scale", {"spec": {"replicas": 5}}, dryRun="All")
    await caller.delete(f"{WIDGETS}/w", dryRun="All")

    assert patched["spec"]["size"] == 5
    assert await caller.get(f"{WIDGETS}/w") == before


async def test_dry_run_has_one_value(caller: Caller):
    assert (await refused(caller.post(WIDGETS, widget(), dryRun="Some"))).code == 400


async def test_unknown_fields_are_pruned_reported_or_refused_as_asked(caller: Caller):
    body = widget(shape="round")

    quiet = await caller.post(WIDGETS, body | {"metadata": {"name": "a"}})
    await caller.post(WIDGETS, body | {"metadata": {"name": "b"}}, fieldValidation="Warn")
    warned = caller.warnings
    error = await refused(caller.post(WIDGETS, body, fieldValidation="Strict"))

    assert "shape" not in quiet["spec"]
    assert warned == '299 - "unknown field \\"spec.shape\\""'
    assert (error.code, error.reason) == (400, "BadRequest")
    assert 'strict decoding error: unknown field "spec.shape"' in str(error)


async def test_unknown_fields_of_builtin_objects_are_found_too(caller: Caller):
    body = pod(contianers=[])

    error = await refused(caller.post(PODS, body, fieldValidation="Strict"))

    assert 'unknown field "spec.contianers"' in str(error)


async def test_every_violation_of_the_schema_is_listed(caller: Caller):
    error = await refused(caller.post(WIDGETS, widget(size=-1, parts=[{"count": "x"}])))

    assert (error.code, error.reason) == (422, "Invalid")
    assert [field for field, _ in error.causes] == [
        "spec.size",
        "spec.parts[0].name",
        "spec.parts[0].count",
    ]
    assert str(error).startswith(
        'Widget.example.com "w" is invalid: [spec.size: Invalid value: -1: '
    )


async def test_defaults_of_the_schema_are_filled_in(caller: Caller):
    assert (await caller.post(WIDGETS, widget()))["spec"]["colour"] == "red"


async def test_scale_reads_and_writes_the_paths_of_the_definition(caller: Caller):
    await caller.post(WIDGETS, widget(size=3))
    await caller.patch(f"{WIDGETS}/w/status", {"status": {"size": 2, "selector": "a=b"}})

    seen = await caller.get(f"{WIDGETS}/w/scale")
    patched = await caller.patch(f"{WIDGETS}/w/scale", {"spec": {"replicas": 7}})
    seen["spec"]["replicas"] = 9
    stale = await refused(caller.put(f"{WIDGETS}/w/scale", seen))

    assert (seen["kind"], seen["apiVersion"]) == ("Scale", "autoscaling/v1")
    assert seen["status"] == {"replicas": 2, "selector": "a=b"}
    assert patched["spec"] == {"replicas": 7}
    assert (await caller.get(f"{WIDGETS}/w"))["spec"]["size"] == 7
    assert stale.code == 409


@pytest.mark.parametrize(("replicas", "code"), [(-1, 422), ("many", 400), (True, 400)])
async def test_impossible_scale_is_refused(caller: Caller, replicas, code: int):
    await caller.post(WIDGETS, widget())

    error = await refused(caller.patch(f"{WIDGETS}/w/scale", {"spec": {"replicas": replicas}}))

    assert error.code == code


async def test_collection_is_deleted_by_selector(caller: Caller):
    for name, label in (("a", "x"), ("b", "y"), ("c", "x")):
        body = widget(name)
        body["metadata"]["labels"] = {"l": label}
        await caller.post(WIDGETS, body)

    gone = await caller.delete(WIDGETS, labelSelector="l=x")

    assert [item["metadata"]["name"] for item in gone["items"]] == ["a", "c"]
    assert await caller.names(WIDGETS) == ["b"]


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/api/v1/namespaces/default/gadgets", 404),
        ("GET", "/apis/nowhere/v1/things", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/namespaces/default/nodes", 404),
        ("POST", f"{WIDGETS}/w", 405),
        ("PUT", WIDGETS, 405),
        ("DELETE", "/api/v1/namespaces", 405),
        ("GET", f"{WIDGETS}/w/log", 405),
        ("PUT", f"{CONFIGMAPS}/c/status", 405),
        ("POST", "/version", 405),
    ],
)
async def test_paths_and_methods_that_are_not_served(caller: Caller, method, path, code):
    await caller.post(WIDGETS, widget())
    await caller.post(CONFIGMAPS, {"metadata": {"name": "c"}})
    body = {"metadata": {"name": "w", "resourceVersion": "1"}}

    error = await refused(caller.call(method, path, None if method == "GET" else body))

    assert error.code == code


async def test_form_that_is_not_served_is_not_acceptable(caller: Caller):
    assert (await refused(caller.get(WIDGETS, accept="text/html"))).code == 406
    assert (await refused(caller.get(WIDGETS, accept="application/json;as=Poem"))).code == 406


async def test_patch_type_that_the_resource_does_not_take(caller: Caller):
    await caller.post(WIDGETS, widget())

    error = await refused(caller.patch(f"{WIDGETS}/w", {}, "strategic"))

    assert (error.code, error.reason) == (415, "UnsupportedMediaType")


async def test_json_patch_of_a_stored_object(caller: Caller):
    await caller.post(WIDGETS, widget(tags=["a"]))
    operations = [
        {"op": "test", "path": "/spec/size", "value": 1},
        {"op": "add", "path": "/spec/tags/-", "value": "b"},
    ]

    assert (await caller.patch(f"{WIDGETS}/w", operations, "json"))["spec"]["tags"] == ["a", "b"]


async def test_namespace_takes_its_content_along(caller: Caller):
    await caller.post(NAMESPACES, {"metadata": {"name": "n"}})
    await caller.post("/api/v1/namespaces/n/configmaps", {"metadata": {"name": "c"}})
    held = {"metadata": {"name": "held", "finalizers": ["example.com/f"]}}
    await caller.post("/api/v1/namespaces/n/configmaps", held)

    going = await caller.delete(f"{NAMESPACES}/n")
    error = await refused(caller.post("/api/v1/namespaces/n/pods", pod()))

    assert going["status"]["phase"] == "Terminating"
    assert await caller.names("/api/v1/namespaces/n/configmaps") == ["held"]
    assert error.code == 403
    assert "because it is being terminated" in str(error)
    await caller.patch("/api/v1/namespaces/n/configmaps/held", {"metadata": {"finalizers": None}})
    assert "n" not in await caller.names(NAMESPACES)


async def test_namespace_starts_active_with_a_service_account(caller: Caller):
    created = await caller.post(NAMESPACES, {"metadata": {"name": "n"}})

    assert created["status"] == {"phase": "Active"}
    assert created["metadata"]["labels"] == {"kubernetes.io/metadata.name": "n"}
    assert await caller.names("/api/v1/namespaces/n/serviceaccounts") == ["default"]


async def test_what_an_api_server_makes_sure_of(caller: Caller):
    names = await caller.names(NAMESPACES)
    service = await caller.get("/api/v1/namespaces/default/services/kubernetes")

    assert names == ["default", "kube-node-lease", "kube-public", "kube-system"]
    assert service["spec"]["clusterIP"] == "10.96.0.1"


async def test_secret_keeps_plain_text_encoded(caller: Caller):
    body = {"metadata": {"name": "s"}, "stringData": {"a": "b"}}

    created = await caller.post("/api/v1/namespaces/default/secrets", body)

    assert created["data"] == {"a": "Yg=="}
    assert created["type"] == "Opaque"
    assert "stringData" not in created


async def test_service_gets_an_address_unless_it_is_headless(caller: Caller):
    services = "/api/v1/namespaces/default/services"
    plain = {"metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}]}}
    headless = {"metadata": {"name": "b"}, "spec": {"clusterIP": "None"}}

    first = await caller.post(services, plain)
    second = await caller.post(services, headless)

    assert re.fullmatch(r"10\.96\.\d+\.\d+", first["spec"]["clusterIP"])
    assert first["spec"]["ports"] == [{"protocol": "TCP", "targetPort": 80, "port": 80}]
    assert second["spec"]["clusterIP"] == "None"


async def test_service_keeps_its_address(caller: Caller):
    path = "/api/v1/namespaces/default/services"
    body = {"metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}]}}
    first = await caller.post(path, body)

    replaced = await caller.put(f"{path}/a", body)
    error = await refused(caller.patch(f"{path}/a", {"spec": {"clusterIP": "10.96.9.9"}}))

    assert replaced["spec"]["clusterIP"] == first["spec"]["clusterIP"]
    assert "may not change once set" in str(error)


async def test_binding_keeps_its_role(caller: Caller):
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings"
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "a"}
    await caller.post(path, {"metadata": {"name": "b"}, "roleRef": role})

    error = await refused(caller.patch(f"{path}/b", {"roleRef": {"name": "c"}}))

    assert error.causes[0][0] == "roleRef"


async def test_server_on_kept_objects_goes_on_where_the_last_one_stopped(tmp_path: Path):
    storage = Storage(tmp_path / "objects.sqlite")
    before = await (await with_widgets(Api(storage))).post(WIDGETS, widget())
    revision = storage.revision
    storage.close()

    storage = Storage(tmp_path / "objects.sqlite")
    caller = Caller(Api(storage))
    after = await caller.get(f"{WIDGETS}/w")
    scaled = await caller.patch(f"{WIDGETS}/w/scale", {"spec": {"replicas": 2}})
    storage.close()

    assert after == before
    assert int(scaled["metadata"]["resourceVersion"]) == revision + 1
