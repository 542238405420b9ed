"""Custom resource definitions, admission, access and discovery of an `Api`."""

from typing import Any

import pytest

from grove_tui.demo.access import Attributes
from grove_tui.demo.api import Api
from grove_tui.demo.statuses import Json, Violation
from tests.demo.caller import (
    CRDS,
    PODS,
    WIDGET_CRD,
    WIDGETS,
    Caller,
    Refused,
    pod,
    widget,
    with_widgets,
)

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
REVIEWS = "/apis/authorization.k8s.io/v1"


def crd(**spec: Any) -> Json:
    return {**WIDGET_CRD, "spec": {**WIDGET_CRD["spec"], **spec}}


async def refused(awaitable) -> Refused:
    with pytest.raises(Refused) as caught:
        await awaitable
    return caught.value


async def test_definition_is_served_as_soon_as_it_is_created():
    caller = Caller(Api())
    before = await refused(caller.get(WIDGETS))

    created = await caller.post(CRDS, WIDGET_CRD)

    assert before.code == 404
    types = {c["type"]: c["status"] for c in created["status"]["conditions"]}
    assert types == {"NamesAccepted": "True", "Established": "True"}
    assert created["spec"]["names"]["singular"] == "widget"
    assert await caller.names(WIDGETS) == []
    assert "widgets" in [r["name"] for r in (await caller.get("/apis/example.com/v1"))["resources"]]


async def test_changed_schema_holds_for_the_next_write():
    caller = await with_widgets(Api())
    version = {**WIDGET_CRD["spec"]["versions"][0]}
    version["schema"] = {
        "openAPIV3Schema": {
            "type": "object",
            "properties": {
                "spec": {"type": "object", "properties": {"shape": {"default": "round"}}}
            },
        }
    }

    await caller.patch(f"{CRDS}/widgets.example.com", {"spec": {"versions": [version]}})

    assert (await caller.post(WIDGETS, widget()))["spec"] == {"shape": "round"}


async def test_preferred_version_is_the_most_stable_and_newest():
    caller = Caller(Api())
    first = WIDGET_CRD["spec"]["versions"][0]
    names = ["v1alpha1", "v1", "v2beta1", "v2", "odd", "v10"]
    versions = [{**first, "name": name, "storage": name == "v1"} for name in names]
    await caller.post(CRDS, crd(versions=versions))

    group = await caller.get("/apis/example.com")

    listed = [version["version"] for version in group["versions"]]
    assert listed == ["v10", "v2", "v1", "v2beta1", "v1alpha1", "odd"]
    assert group["preferredVersion"]["version"] == "v10"


async def test_version_that_is_not_served_is_not_found():
    caller = await with_widgets(Api())
    version = {**WIDGET_CRD["spec"]["versions"][0], "served": False}

    await caller.patch(f"{CRDS}/widgets.example.com", {"spec": {"versions": [version]}})

    assert (await refused(caller.get(WIDGETS))).code == 404


async def test_definition_waits_for_objects_with_finalizers():
    caller = await with_widgets(Api())
    body = widget()
    body["metadata"]["finalizers"] = ["example.com/f"]
    await caller.post(WIDGETS, body)

    going = await caller.delete(f"{CRDS}/widgets.example.com")
    held = await caller.get(f"{WIDGETS}/w")

    assert "Terminating" in [c["type"] for c in going["status"]["conditions"]]
    assert "deletionTimestamp" in held["metadata"]
    await caller.patch(f"{WIDGETS}/w", {"metadata": {"finalizers": None}})
    assert await caller.names(CRDS) == []
    assert (await refused(caller.get(WIDGETS))).code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"group": "other.com"}, "metadata.name"),
        ({"scope": "Galaxy"}, "spec.scope"),
        ({"names": {"plural": "widgets"}}, "spec.names.kind"),
        ({"versions": []}, "spec.versions"),
        (
            {"versions": [{"name": "v1", "served": True, "storage": True}]},
            "spec.versions[0].schema.openAPIV3Schema",
        ),
        (
            {
                "versions": [
                    {
                        "name": "v1",
                        "served": True,
                        "storage": True,
                        "schema": {"openAPIV3Schema": {"properties": {"a": {"pattern": "("}}}},
                    }
                ]
            },
            "spec.versions[0].schema.openAPIV3Schema",
        ),
    ],
)
async def test_definition_that_cannot_be_served_is_refused(changes: Json, field: str):
    error = await refused(Caller(Api()).post(CRDS, crd(**changes)))

    assert error.code == 422
    assert field in [where for where, _ in error.causes]


async def test_identity_of_a_definition_is_immutable():
    caller = await with_widgets(Api())

    error = await refused(
        caller.patch(f"{CRDS}/widgets.example.com", {"spec": {"scope": "Cluster"}})
    )

    assert error.causes == [("spec.scope", 'Invalid value: "Cluster": field is immutable')]


def admit(plural: str, operation: str, new: Json, old: Json | None):
    """Admission of Widgets: fills in a tag, refuses blue, warns of green."""
    assert plural == "widgets"
    assert (operation == "CREATE") is (old is None)
    new = {**new, "spec": {**new["spec"], "tags": new["spec"].get("tags") or [operation]}}
    colour = new["spec"]["colour"]
    problems = []
    if colour == "blue":
        problems = [
            Violation("spec.colour", "must not be blue", value=colour),
            Violation("spec.tags", "", "FieldValueRequired"),
        ]
    return new, problems, ["green fades"] if colour == "green" else []


@pytest.fixture
async def admitting() -> Caller:
    return await with_widgets(Api(admission=admit))


async def test_admission_changes_what_is_stored(admitting: Caller):
    created = await admitting.post(WIDGETS, widget())

    assert created["spec"]["tags"] == ["CREATE"]


async def test_refusal_lists_every_problem_with_its_path(admitting: Caller):
    error = await refused(admitting.post(WIDGETS, widget(colour="blue")))

    assert error.code == 422
    assert str(error) == (
        'Widget.example.com "w" is invalid: [spec.colour: Invalid value: "blue": must not be '
        "blue, spec.tags: Required value]"
    )
    assert [cause["reason"] for cause in error.status["details"]["causes"]] == [
        "FieldValueInvalid",
        "FieldValueRequired",
    ]


async def test_schema_and_admission_are_told_together(admitting: Caller):
    error = await refused(admitting.post(WIDGETS, widget(size=-1, colour="blue")))

    assert [field for field, _ in error.causes] == ["spec.size", "spec.colour", "spec.tags"]


async def test_single_problem_has_no_brackets(admitting: Caller):
    error = await refused(admitting.post(WIDGETS, widget(size=-1)))

    assert str(error).startswith('Widget.example.com "w" is invalid: spec.size: Invalid value: -1:')


async def test_warnings_travel_in_the_header(admitting: Caller):
    await admitting.post(WIDGETS, widget(colour="green"))

    assert admitting.warnings == '299 - "green fades"'


async def test_updates_are_admitted_status_and_scale_are_not(admitting: Caller):
    await admitting.post(WIDGETS, widget())

    error = await refused(admitting.patch(f"{WIDGETS}/w", {"spec": {"colour": "blue"}}))
    await admitting.patch(f"{WIDGETS}/w/status", {"status": {"size": 1}})
    scaled = await admitting.patch(f"{WIDGETS}/w/scale", {"spec": {"replicas": 3}})

    assert error.code == 422
    assert scaled["spec"]["replicas"] == 3


async def test_values_of_the_wrong_type_do_not_reach_admission(admitting: Caller):
    error = await refused(admitting.post(WIDGETS, widget(colour=["blue"])))

    assert [field for field, _ in error.causes] == ["spec.colour"]


async def test_builtin_objects_are_not_admitted(admitting: Caller):
    assert await admitting.post(PODS, pod())


def no_deleting(asked: Attributes) -> bool:
    return not (asked.verb == "delete" and asked.resource == "widgets")


async def test_forbidden_verb_is_refused_in_the_words_of_kubernetes():
    caller = await with_widgets(Api(authorize=no_deleting))
    await caller.post(WIDGETS, widget())

    error = await refused(caller.delete(f"{WIDGETS}/w"))

    assert (error.code, error.reason) == (403, "Forbidden")
    assert str(error) == (
        'widgets.example.com "w" is forbidden: User "tester" cannot delete resource "widgets" '
        'in API group "example.com" in the namespace "default"'
    )


async def test_forbidden_collection_at_cluster_scope():
    caller = Caller(Api(authorize=lambda asked: asked.resource != "nodes"))

    error = await refused(caller.get("/api/v1/nodes"))

    assert str(error) == (
        'nodes is forbidden: User "tester" cannot list resource "nodes" in API group "" '
        "at the cluster scope"
    )


@pytest.mark.parametrize(("verb", "allowed"), [("delete", False), ("get", True)])
async def test_access_reviews_answer_as_requests_are_answered(verb: str, allowed: bool):
    caller = Caller(Api(authorize=no_deleting))
    asked = {"verb": verb, "resource": "widgets", "group": "example.com", "namespace": "default"}

    found = await caller.post(
        f"{REVIEWS}/selfsubjectaccessreviews", {"spec": {"resourceAttributes": asked}}
    )

    assert found["kind"] == "SelfSubjectAccessReview"
    assert found["status"]["allowed"] is allowed


async def test_rules_of_who_may_do_everything_are_one_line():
    found = await Caller(Api()).post(f"{REVIEWS}/selfsubjectrulesreviews", {"spec": {}})

    assert found["status"]["resourceRules"] == [
        {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
    ]
    assert found["status"]["incomplete"] is False


async def test_rules_are_what_the_authorizer_says():
    caller = await with_widgets(Api(authorize=no_deleting))

    found = await caller.post(
        f"{REVIEWS}/selfsubjectrulesreviews", {"spec": {"namespace": "default"}}
    )

    rules = {
        resource: set(rule["verbs"])
        for rule in found["status"]["resourceRules"]
        for resource in rule["resources"]
    }
    assert "delete" in rules["pods"]
    assert {"get", "create"} <= rules["pods/log"] | rules["pods/eviction"]
    assert "delete" not in rules["widgets"]
    assert "list" in rules["widgets"]


async def test_who_am_i():
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"

    found = await Caller(Api(), user="ada").post(path, {})

    assert found["status"]["userInfo"]["username"] == "ada"


async def test_reviews_cannot_be_read():
    assert (await refused(Caller(Api()).get(f"{REVIEWS}/selfsubjectaccessreviews"))).code == 405


async def test_both_forms_of_discovery_agree():
    caller = await with_widgets(Api())

    aggregated = await caller.get("/apis", accept=AGGREGATED)
    core = await caller.get("/api", accept=AGGREGATED)
    legacy = await caller.get("/apis")

    def served(document: Json) -> dict[str, list[str]]:
        return {
            f"{group['metadata'].get('name', '')}/{version['version']}": sorted(
                resource["resource"] for resource in version["resources"]
            )
            for group in document["items"]
            for version in group["versions"]
        }

    assert sorted(g["name"] for g in legacy["groups"]) == sorted(
        group["metadata"]["name"] for group in aggregated["items"]
    )
    for group_version, plurals in {**served(aggregated), **served(core)}.items():
        path = f"/apis/{group_version}" if group_version[0] != "/" else f"/api{group_version}"
        listed = (await caller.get(path))["resources"]
        assert sorted(r["name"] for r in listed if "/" not in r["name"]) == plurals


async def test_discovery_tells_names_and_subresources():
    caller = await with_widgets(Api())

    listed = {r["name"]: r for r in (await caller.get("/apis/example.com/v1"))["resources"]}

    assert listed["widgets"]["shortNames"] == ["wd"]
    assert listed["widgets"]["categories"] == ["all"]
    assert listed["widgets/scale"]["kind"] == "Scale"
    assert listed["widgets/scale"]["group"] == "autoscaling"
    assert listed["widgets/status"]["verbs"] == ["get", "patch", "update"]


async def test_openapi_describes_what_is_served():
    caller = await with_widgets(Api())

    index = (await caller.get("/openapi/v3"))["paths"]
    custom = await caller.get("/openapi/v3/apis/example.com/v1")
    core = await caller.get("/openapi/v3/api/v1")

    assert {"api/v1", "apis/example.com/v1", "apis/apps/v1"} <= set(index)
    schema = custom["components"]["schemas"]["com.example.v1.Widget"]
    assert schema["properties"]["spec"]["properties"]["size"] == {"type": "integer", "minimum": 0}
    patch = custom["paths"]["/apis/example.com/v1/namespaces/{namespace}/widgets/{name}"]["patch"]
    assert "fieldValidation" in [parameter["name"] for parameter in patch["parameters"]]
    container = core["components"]["schemas"]["io.k8s.v1.PodSpec"]["properties"]["containers"]
    assert container["x-kubernetes-patch-merge-key"] == "name"


async def test_every_reference_in_openapi_leads_somewhere():
    caller = await with_widgets(Api())
    index = (await caller.get("/openapi/v3"))["paths"]

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*(references(inner) for inner in value.values()))
        if isinstance(value, list):
            return set().union(*(references(inner) for inner in value))
        return set()

    for path in index:
        document = await caller.get(f"/openapi/v3/{path}")
        present = {f"#/components/schemas/{n}" for n in document["components"]["schemas"]}
        assert references(document) <= present, path


async def test_openapi_follows_the_definitions():
    caller = Caller(Api())
    before = (await caller.get("/openapi/v3"))["paths"]

    await caller.post(CRDS, WIDGET_CRD)
    after = (await caller.get("/openapi/v3"))["paths"]

    assert "apis/example.com/v1" in set(after) - set(before)
    assert before["api/v1"] != after["api/v1"]


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz"])
async def test_health(path: str):
    answer = await Caller(Api()).send("GET", path)

    assert (answer.status, answer.body) == (200, b"ok")


async def test_handler_that_fails_is_an_internal_error(caplog):
    def broken(*_: Any):
        raise RuntimeError("boom")

    caller = await with_widgets(Api(admission=broken))

    error = await refused(caller.post(WIDGETS, widget()))

    assert (error.code, error.reason) == (500, "InternalError")
    assert "boom" in str(error)
    assert "failed" in caplog.text
