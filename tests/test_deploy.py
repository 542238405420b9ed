"""The manifests for the headless reconciler fit together."""

from pathlib import Path
from typing import Any

import yaml

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS, PODGANGS
from grove_tui.cli.arguments import parse
from grove_tui.cluster.checkup import NEEDS

DEPLOY = Path(__file__).parents[1] / "deploy"


def objects() -> list[dict[str, Any]]:
    kustomization = yaml.load((DEPLOY / "kustomization.yaml").read_text(), yaml.CSafeLoader)
    return [
        obj
        for name in kustomization["resources"]
        for obj in yaml.load_all((DEPLOY / name).read_text(), yaml.CSafeLoader)
    ]


def one(kind: str, name: str) -> dict[str, Any]:
    (found,) = (o for o in objects() if (o["kind"], o["metadata"]["name"]) == (kind, name))
    return found


def allowed(role: str, group: str, resource: str) -> set[str]:
    rules = one("ClusterRole", role)["rules"]
    return {
        verb
        for rule in rules
        if group in rule["apiGroups"] and resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_the_deployment_runs_as_the_account_that_has_the_role():
    deployment = one("Deployment", "grove-tui-reconciler")
    binding = one("ClusterRoleBinding", "grove-tui-reconciler")
    account = one("ServiceAccount", deployment["spec"]["template"]["spec"]["serviceAccountName"])

    assert binding["roleRef"]["name"] == "grove-tui-reconciler"
    assert [(s["name"], s["namespace"]) for s in binding["subjects"]] == [
        (account["metadata"]["name"], deployment["metadata"]["namespace"])
    ]
    assert one("Namespace", deployment["metadata"]["namespace"])


def test_the_deployment_selects_its_own_pods():
    spec = one("Deployment", "grove-tui-reconciler")["spec"]

    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]


def test_the_arguments_are_the_programs():
    pod = one("Deployment", "grove-tui-reconciler")["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert parse(container["args"])["command"] == "reconcile"


def test_the_reconciler_may_write_what_it_makes():
    written = {"create", "get", "list", "watch", "patch", "delete", "deletecollection"}
    for resource in (PODCLIQUESETS, PODCLIQUES, PODCLIQUESCALINGGROUPS, PODGANGS):
        assert allowed("grove-tui-reconciler", resource.group, resource.plural) >= written
        status = allowed("grove-tui-reconciler", resource.group, f"{resource.plural}/status")
        assert "patch" in status
    for core in ("pods", "services"):
        assert allowed("grove-tui-reconciler", "", core) >= written


def test_what_it_grants_to_pods_it_has_itself():
    reading = {"get", "list", "watch"}
    for resource in ("pods", "pods/status"):
        assert allowed("grove-tui-reconciler", "", resource) >= reading


def test_dashboard_users_scale_by_the_subresource():
    for resource in (PODCLIQUESETS, PODCLIQUES, PODCLIQUESCALINGGROUPS):
        verbs = allowed("grove-tui-dashboard", resource.group, f"{resource.plural}/scale")
        assert "patch" in verbs
    assert allowed("grove-tui-dashboard", "", "pods/eviction") == {"create"}
    assert "patch" in allowed("grove-tui-dashboard", "", "nodes")


def test_dashboard_users_may_do_all_that_the_doctor_asks_about():
    for needed, words in NEEDS:
        part = f"/{needed.subresource}" if needed.subresource else ""
        resource = needed.resource
        verbs = allowed("grove-tui-dashboard", resource.group, f"{resource.plural}{part}")
        assert needed.verb in verbs, words
