"""Who may do what: one question, asked for every request and answered in access reviews."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from grove_tui.demo.definition import Definition
from grove_tui.demo.requestinfo import RequestInfo
from grove_tui.demo.statuses import Json, forbidden, qualify
from grove_tui.kube.errors import Forbidden

ADMIN = "kubernetes-admin"
_ADMIN_GROUPS = ["system:masters", "system:authenticated"]
_PART_VERBS = ("get", "patch", "update")


@dataclass(frozen=True, slots=True)
class Attributes:
    """A user's intent."""

    user: str
    verb: str
    group: str
    resource: str
    subresource: str = ""
    namespace: str = ""
    name: str = ""


Authorize = Callable[[Attributes], bool]


def allow_all(_attributes: Attributes) -> bool:
    """Allow everything."""
    return True


def attributes_of(user: str, info: RequestInfo) -> Attributes:
    """Return what a request intends."""
    return Attributes(
        user, info.verb, info.group, info.resource, info.subresource, info.namespace, info.name
    )


def refusal(asked: Attributes) -> Forbidden:
    """Return the 403 for a refused intent, in the words of Kubernetes' own authorizer."""
    resource = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
    where = f'in the namespace "{asked.namespace}"' if asked.namespace else "at the cluster scope"
    why = (
        f'User "{asked.user}" cannot {asked.verb} resource "{resource}" '
        f'in API group "{asked.group}" {where}'
    )
    return forbidden(asked.resource, asked.group, asked.name, why)


def review(
    kind: str, body: Json, user: str, authorize: Authorize, served: Iterable[Definition]
) -> Json:
    """Return an access or identity review with its status filled in; `served` is what there is."""
    spec = body.get("spec") or {}
    if kind == "SelfSubjectReview":
        return {**body, "status": {"userInfo": _user_info(user)}}
    if kind == "TokenReview":
        return {**body, "status": {"authenticated": True, "user": _user_info(user)}}
    if kind == "SelfSubjectRulesReview":
        namespace = spec.get("namespace", "")
        return {**body, "status": _rules(user, namespace, authorize, served)}
    asked_for = spec.get("user") or user
    return {**body, "status": _verdict(spec, asked_for, authorize)}


def _verdict(spec: Json, user: str, authorize: Authorize) -> Json:
    asked = spec.get("resourceAttributes")
    if asked is None:
        return {"allowed": True}
    attributes = Attributes(
        user,
        asked.get("verb", ""),
        asked.get("group", ""),
        asked.get("resource", ""),
        asked.get("subresource", ""),
        asked.get("namespace", ""),
        asked.get("name", ""),
    )
    if authorize(attributes):
        return {"allowed": True}
    resource = qualify(attributes.resource, attributes.group)
    return {"allowed": False, "reason": f"{user} may not {attributes.verb} {resource}"}


def _user_info(user: str) -> Json:
    return {"username": user, "groups": _ADMIN_GROUPS}


def _rules(user: str, namespace: str, authorize: Authorize, served: Iterable[Definition]) -> Json:
    everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
    by_path = [{"verbs": ["*"], "nonResourceURLs": ["*"]}]
    if authorize is allow_all:
        return {"resourceRules": [everything], "nonResourceRules": by_path, "incomplete": False}
    # An authorizer only answers questions, so every one is put to it; names are not among them.
    rules = [
        {"verbs": verbs, "apiGroups": [definition.group], "resources": [resource]}
        for definition in served
        for resource, possible in _resources_of(definition)
        if (verbs := _allowed(user, namespace, authorize, definition, resource, possible))
    ]
    return {"resourceRules": rules, "nonResourceRules": by_path, "incomplete": True}


def _resources_of(definition: Definition) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield a resource and its subresources, each with the verbs that it can be asked for."""
    yield definition.plural, definition.verbs
    if definition.scale is not None:
        yield f"{definition.plural}/scale", _PART_VERBS
    if definition.status:
        yield f"{definition.plural}/status", _PART_VERBS
    for action in definition.actions:
        yield f"{definition.plural}/{action}", ("get", "create")


def _allowed(
    user: str,
    namespace: str,
    authorize: Authorize,
    definition: Definition,
    resource: str,
    possible: tuple[str, ...],
) -> list[str]:
    plural, _, subresource = resource.partition("/")
    where = namespace if definition.namespaced else ""
    return [
        verb
        for verb in possible
        if authorize(Attributes(user, verb, definition.group, plural, subresource, where))
    ]
