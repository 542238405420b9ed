"""The built-in resources of the demo cluster."""

from grove_tui.demo.definition import Definition, ScalePaths

_REVIEW = ("create",)
_SELECTED_SCALE = ScalePaths(selector=("status", "selector"))

_CORE = (
    Definition(
        "",
        "v1",
        "namespaces",
        "Namespace",
        namespaced=False,
        short_names=("ns",),
        status=True,
        verbs=("create", "delete", "get", "list", "patch", "update", "watch"),
    ),
    Definition("", "v1", "nodes", "Node", namespaced=False, short_names=("no",), status=True),
    Definition(
        "",
        "v1",
        "pods",
        "Pod",
        short_names=("po",),
        categories=("all",),
        status=True,
        actions={"binding": "Binding", "eviction": "Eviction", "log": "Pod"},
    ),
    Definition(
        "",
        "v1",
        "services",
        "Service",
        short_names=("svc",),
        categories=("all",),
        status=True,
    ),
    Definition("", "v1", "configmaps", "ConfigMap", short_names=("cm",)),
    Definition("", "v1", "secrets", "Secret"),
    Definition("", "v1", "serviceaccounts", "ServiceAccount", short_names=("sa",)),
    Definition("", "v1", "endpoints", "Endpoints", short_names=("ep",)),
    Definition("", "v1", "events", "Event", short_names=("ev",)),
    Definition("", "v1", "bindings", "Binding", verbs=_REVIEW),
)

_GROUPS = (
    Definition(
        "apps",
        "v1",
        "deployments",
        "Deployment",
        short_names=("deploy",),
        categories=("all",),
        status=True,
        generation=True,
        scale=_SELECTED_SCALE,
    ),
    Definition(
        "apps",
        "v1",
        "replicasets",
        "ReplicaSet",
        short_names=("rs",),
        categories=("all",),
        status=True,
        generation=True,
        scale=_SELECTED_SCALE,
    ),
    Definition(
        "autoscaling",
        "v2",
        "horizontalpodautoscalers",
        "HorizontalPodAutoscaler",
        short_names=("hpa",),
        categories=("all",),
        status=True,
    ),
    Definition("coordination.k8s.io", "v1", "leases", "Lease"),
    Definition("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", namespaced=False),
    Definition(
        "scheduling.k8s.io",
        "v1",
        "priorityclasses",
        "PriorityClass",
        namespaced=False,
        short_names=("pc",),
    ),
    Definition(
        "apiextensions.k8s.io",
        "v1",
        "customresourcedefinitions",
        "CustomResourceDefinition",
        namespaced=False,
        short_names=("crd", "crds"),
        categories=("api-extensions",),
        status=True,
        generation=True,
    ),
)

_RBAC = tuple(
    Definition("rbac.authorization.k8s.io", "v1", kind.lower() + "s", kind, namespaced=namespaced)
    for kind, namespaced in (
        ("ClusterRole", False),
        ("ClusterRoleBinding", False),
        ("Role", True),
        ("RoleBinding", True),
    )
)

_REVIEWS = tuple(
    Definition(group, "v1", kind.lower() + "s", kind, namespaced=namespaced, verbs=_REVIEW)
    for group, kind, namespaced in (
        ("authentication.k8s.io", "SelfSubjectReview", False),
        ("authentication.k8s.io", "TokenReview", False),
        ("authorization.k8s.io", "LocalSubjectAccessReview", True),
        ("authorization.k8s.io", "SelfSubjectAccessReview", False),
        ("authorization.k8s.io", "SelfSubjectRulesReview", False),
        ("authorization.k8s.io", "SubjectAccessReview", False),
    )
)

BUILTIN: tuple[Definition, ...] = _CORE + _GROUPS + _RBAC + _REVIEWS
"""Everything that is served without a custom resource definition."""

PODS = next(d for d in BUILTIN if d.plural == "pods")
NAMESPACES = next(d for d in BUILTIN if d.plural == "namespaces")
SERVICEACCOUNTS = next(d for d in BUILTIN if d.plural == "serviceaccounts")
SERVICES = next(d for d in BUILTIN if d.plural == "services")
CRDS = next(d for d in BUILTIN if d.plural == "customresourcedefinitions")
