"""What the init container needs that waits for other cliques: an account that may watch pods.

Made only for PodCliqueSets whose cliques have an order.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from grove_tui.api import labels, names
from grove_tui.api.constants import (
    COMPONENT_ROLE,
    COMPONENT_ROLE_BINDING,
    COMPONENT_SECRET,
    COMPONENT_SERVICE_ACCOUNT,
    LABEL_MANAGED_BY,
    MANAGED_BY,
)
from grove_tui.kube.client import Client
from grove_tui.kube.errors import KubeError, NotFound
from grove_tui.kube.informer import Informer
from grove_tui.kube.objects import JSON, HasMetadata, controller_of
from grove_tui.kube.resources import ROLEBINDINGS, ROLES, SECRETS, SERVICEACCOUNTS, Resource
from grove_tui.reconcile.actions import Create, Outcome
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.executor import Executor

PLACE = -1
"""Where replicas are counted, these objects stand for the set as a whole."""
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


@dataclass(slots=True)
class Found:
    """What came of a look at the objects.

    Attributes:
        outcomes: What was done, and reads that failed.
        foreign: "Kind name" of objects that have one of the names and are not ours.
        is_waiting: Whether objects of a former set of the same name are still in the way.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    is_waiting: bool = False

    @property
    def is_done(self) -> bool:
        """Whether all of the objects exist and are ours."""
        failed = any(outcome.error is not None for outcome in self.outcomes)
        return not (failed or self.foreign or self.is_waiting)


class StartupWatch:
    """Watches those objects, once there is a set that has any.

    Args:
        client: How to reach the cluster.
        namespace: Where; empty for everywhere.
        on_delete: Called with each object that is gone.
    """

    def __init__(
        self, client: Client, namespace: str, on_delete: Callable[[HasMetadata], None]
    ) -> None:
        self._client = client
        self._namespace = namespace
        self._on_delete = on_delete
        self._needed = asyncio.Event()

    def need(self) -> None:
        """Note that there is a set whose cliques have an order."""
        self._needed.set()

    async def run(self) -> None:
        """Watch until cancelled, from when it is needed."""
        await self._needed.wait()
        selector = labels.selector({LABEL_MANAGED_BY: MANAGED_BY})
        async with asyncio.TaskGroup() as group:
            for resource in (SERVICEACCOUNTS, ROLES, ROLEBINDINGS, SECRETS):
                informer: Informer[Any] = Informer(
                    self._client, resource, self._namespace, label_selector=selector
                )
                informer.add_handler(self._changed)
                group.create_task(informer.run())

    def _changed(self, old: HasMetadata | None, new: HasMetadata | None) -> None:
        if new is None and old is not None:
            self._on_delete(old)


async def ensure(client: Client, executor: Executor, blueprint: Blueprint) -> Found:
    """Create what is missing."""
    found, missing = Found(), []
    for wanted in objects(blueprint):
        try:
            present = await client.get(wanted.resource, wanted.name, wanted.namespace)
        except NotFound:
            missing.append(wanted)
        except KubeError as error:
            found.outcomes.append(Outcome(wanted, error=error))
        else:
            _judge(found, wanted, present, blueprint)
    found.outcomes += await executor.apply(missing)
    return found


def _judge(found: Found, wanted: Create, present: HasMetadata, blueprint: Blueprint) -> None:
    owner = controller_of(present)
    if owner is not None and owner.uid == blueprint.pcs.metadata.uid:
        found.is_waiting |= present.metadata.deletion_timestamp is not None
    elif owner is not None and owner.kind == "PodCliqueSet" and owner.name == blueprint.name:
        found.is_waiting = True
    else:
        found.foreign.append(f"{wanted.resource.kind} {wanted.name}")
