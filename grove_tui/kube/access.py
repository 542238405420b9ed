"""May the user do this? Asked of the server, whose answer is exact for one verb on one resource.

A SelfSubjectRulesReview would answer for everything at once, but only for one namespace, without
what holds at cluster scope, and incompletely wherever anything but RBAC decides as well.
"""

from typing import Any

from msgspec import Struct

from grove_tui.kube.client import Client
from grove_tui.kube.resources import Resource

_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class Permission(Struct, frozen=True):
    """A verb on a resource, or on a subresource of it, in one namespace or in all of them.

    Without a name it is about every object there, which is denied to who may do it to some only.
    """

    verb: str
    resource: Resource[Any]
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def what(self) -> str:
        """The verb and what it is for, as in `update podcliques/scale`."""
        part = f"/{self.subresource}" if self.subresource else ""
        return f"{self.verb} {self.resource.plural}{part}"

    def __str__(self) -> str:
        return f"{self.what} in namespace {self.namespace}" if self.namespace else self.what

    @property
    def of_any(self) -> "Permission":
        """The same for every object there."""
        return Permission(self.verb, self.resource, self.subresource, self.namespace)


async def may(client: Client, asked: Permission) -> bool | None:
    """Tell whether the user may do that; None where the server cannot say.

    Raises:
        KubeError: It could not be asked; `NotFound` where the server has no such reviews.
    """
    attributes = {
        "verb": asked.verb,
        "group": asked.resource.group,
        "resource": asked.resource.plural,
        "subresource": asked.subresource,
        "namespace": asked.namespace if asked.resource.namespaced else "",
        "name": asked.name,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = await client.request_json("POST", _PATH, review)
    status = answer.get("status") or {}
    if not status.get("allowed") and status.get("evaluationError") and not status.get("denied"):
        return None  # an authorizer failed; another one might have allowed it
    return bool(status.get("allowed"))
