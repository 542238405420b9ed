"""What the init container needs that waits for other cliques: an account that may watch pods.

Made only for PodCliqueSets whose cliques have an order.
"""

from typing import Any

from grove_tui.api import labels, names
from grove_tui.api.constants import (
    COMPONENT_ROLE,
    COMPONENT_ROLE_BINDING,
    COMPONENT_SECRET,
    COMPONENT_SERVICE_ACCOUNT,
)
from grove_tui.kube.client import Client
from grove_tui.kube.errors import KubeError, NotFound
from grove_tui.kube.objects import JSON, controller_of
from grove_tui.kube.resources import ROLEBINDINGS, ROLES, SECRETS, SERVICEACCOUNTS, Resource
from grove_tui.reconcile.actions import Create, Executor, Outcome
from grove_tui.reconcile.blueprint import Blueprint

_RBAC = "rbac.authorization.k8s.io"


def objects(blueprint: Blueprint) -> list[Create]:
    """Return the ServiceAccount, its Role, RoleBinding and token Secret."""
    name = blueprint.name
    account, role = names.service_account_name(name), names.role_name(name)
    subject = {"kind": "ServiceAccount", "name": account, "namespace": blueprint.namespace}
    rules = [
        {
            "apiGroups": [""],
            "resources": ["pods", "pods/status"],
            "verbs": ["get", "list", "watch"],
        }
    ]
    secret = _body(blueprint, names.token_secret_name(name), COMPONENT_SECRET)
    secret["metadata"]["annotations"] = {"kubernetes.io/service-account.name": account}
    binding = {
        "subjects": [subject],
        "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": role},
    }
    wanted: list[tuple[Resource[Any], JSON]] = [
        (SERVICEACCOUNTS, _body(blueprint, account, COMPONENT_SERVICE_ACCOUNT)),
        (ROLES, {**_body(blueprint, role, COMPONENT_ROLE), "rules": rules}),
        (ROLEBINDINGS, {**_body(blueprint, role, COMPONENT_ROLE_BINDING), **binding}),
        (SECRETS, {**secret, "type": "kubernetes.io/service-account-token"}),
    ]
    return [Create(resource, blueprint.namespace, body) for resource, body in wanted]


def _body(blueprint: Blueprint, name: str, component: str) -> JSON:
    return {
        "metadata": {
            "name": name,
            "namespace": blueprint.namespace,
            "labels": labels.component(blueprint.name, name, component),
            "ownerReferences": [blueprint.owner],
        }
    }


async def ensure(
    client: Client, executor: Executor, blueprint: Blueprint
) -> tuple[list[Outcome], list[str]]:
    """Create what is missing.

    Returns:
        What came of it, and "Kind name" of objects that have one of the names and are not ours.
    """
    missing, foreign, outcomes = [], [], []
    for wanted in objects(blueprint):
        try:
            found = await client.get(wanted.resource, wanted.name, wanted.namespace)
        except NotFound:
            missing.append(wanted)
        except KubeError as error:
            outcomes.append(Outcome(wanted, error=error))
        else:
            owner = controller_of(found)
            if owner is None or owner.uid != blueprint.pcs.metadata.uid:
                foreign.append(f"{wanted.resource.kind} {wanted.name}")
    return [*outcomes, *await executor.apply(missing)], foreign
