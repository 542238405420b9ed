"""Which objects a PodCliqueSet has, by name: written from the Grove API's naming rules alone.

Nothing here uses the reconciler or the functions that build names and labels for it; a mistake in
those must not repeat itself in what judges them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.contract.snapshot import Json, Snapshot

MANAGED = {"app.kubernetes.io/managed-by": "grove-operator"}
IN_ORDER = "CliqueStartupTypeInOrder"
EXPLICIT = "CliqueStartupTypeExplicit"


@dataclass(frozen=True)
class Clique:
    """One PodClique that should exist.

    Attributes:
        pcs: The PodCliqueSet.
        replica: Replica of the set.
        template: The clique's entry in the set's template.
        group: The scaling group's entry, for members.
        index: Replica of the group, for members.
    """

    pcs: Json
    replica: int
    template: Json
    group: Json | None = None
    index: int = 0

    @property
    def set_name(self) -> str:
        return str(self.pcs["metadata"]["name"])

    @property
    def base_gang(self) -> str:
        return f"{self.set_name}-{self.replica}"

    @property
    def group_name(self) -> str:
        return f"{self.base_gang}-{self.group['name']}" if self.group else ""

    @property
    def name(self) -> str:
        clique = self.template["name"]
        if self.group:
            return f"{self.group_name}-{self.index}-{clique}"
        return f"{self.base_gang}-{clique}"

    @property
    def is_scaled(self) -> bool:
        """Whether it is beyond the minimum of its group, and so in a gang of its own."""
        return self.group is not None and self.index >= group_minimum(self.group)

    @property
    def gang(self) -> str:
        if self.group is None or not self.is_scaled:
            return self.base_gang
        return f"{self.group_name}-{self.index - group_minimum(self.group)}"

    @property
    def minimum(self) -> int:
        return clique_minimum(self.template)

    @property
    def labels(self) -> dict[str, str]:
        """All labels but the hash of the pod template."""
        own = {
            **(self.template.get("labels") or {}),
            **MANAGED,
            "app.kubernetes.io/part-of": self.set_name,
            "app.kubernetes.io/name": self.name,
            "app.kubernetes.io/component": "pcsg-podclique" if self.group else "pcs-podclique",
            "grove.io/podcliqueset-replica-index": str(self.replica),
            "grove.io/podgang": self.gang,
        }
        if self.group:
            own["grove.io/podcliquescalinggroup"] = self.group_name
            own["grove.io/podcliquescalinggroup-replica-index"] = str(self.index)
        if self.is_scaled:
            own["grove.io/base-podgang"] = self.base_gang
        return own


@dataclass(frozen=True)
class Gang:
    """One PodGang that should exist, with its cliques in order."""

    name: str
    pcs: Json
    cliques: tuple[Clique, ...]


@dataclass(frozen=True)
class Group:
    """One PodCliqueScalingGroup that should exist."""

    pcs: Json
    replica: int
    config: Json

    @property
    def name(self) -> str:
        return f"{self.pcs['metadata']['name']}-{self.replica}-{self.config['name']}"


def replicas(pcs: Json) -> range:
    return range(pcs["spec"].get("replicas", 0))


def clique_minimum(template: Json) -> int:
    spec = template["spec"]
    return int(spec.get("minAvailable") or spec.get("replicas") or 1)


def group_minimum(config: Json) -> int:
    return int(config.get("minAvailable") or 1)


def configs(pcs: Json) -> list[Json]:
    return pcs["spec"]["template"].get("podCliqueScalingGroups") or []


def templates(pcs: Json) -> dict[str, Json]:
    return {clique["name"]: clique for clique in pcs["spec"]["template"]["cliques"]}


def standalone(pcs: Json, replica: int) -> list[Clique]:
    """Return the cliques that are in no scaling group, in the template's order."""
    grouped = {name for config in configs(pcs) for name in config["cliqueNames"]}
    return [Clique(pcs, replica, t) for name, t in templates(pcs).items() if name not in grouped]


def groups(pcs: Json) -> Iterator[Group]:
    for replica in replicas(pcs):
        for config in configs(pcs):
            yield Group(pcs, replica, config)


def members(group: Group, index: int) -> list[Clique]:
    """Return the cliques of one replica of a scaling group."""
    known = templates(group.pcs)
    return [
        Clique(group.pcs, group.replica, known[name], group.config, index)
        for name in group.config["cliqueNames"]
    ]


def size(group: Group, snapshot: Snapshot) -> int:
    """Return the live size of a scaling group; that of its template while it does not exist."""
    found = snapshot.groups.get(group.name)
    return int(found["spec"]["replicas"] if found else group.config.get("replicas", 1))


def cliques(pcs: Json, snapshot: Snapshot) -> Iterator[Clique]:
    """Yield every PodClique that the set should have."""
    for replica in replicas(pcs):
        yield from standalone(pcs, replica)
    for group in groups(pcs):
        for index in range(size(group, snapshot)):
            yield from members(group, index)


def gangs(pcs: Json, snapshot: Snapshot) -> Iterator[Gang]:
    """Yield every PodGang that the set should have."""
    for replica in replicas(pcs):
        held = standalone(pcs, replica)
        scaled: list[Gang] = []
        for config in configs(pcs):
            group = Group(pcs, replica, config)
            minimum = group_minimum(config)
            for index in range(minimum):
                held += members(group, index)
            for index in range(minimum, size(group, snapshot)):
                own = tuple(members(group, index))
                scaled.append(Gang(own[0].gang, pcs, own))
        yield Gang(f"{pcs['metadata']['name']}-{replica}", pcs, tuple(held))
        yield from scaled


def autoscaled(pcs: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield (kind, name, config) of everything that has a HorizontalPodAutoscaler."""
    for replica in replicas(pcs):
        for clique in standalone(pcs, replica):
            config = clique.template["spec"].get("autoScalingConfig")
            if config:
                yield "PodClique", clique.name, config
    for group in groups(pcs):
        if group.config.get("scaleConfig"):
            yield "PodCliqueScalingGroup", group.name, group.config["scaleConfig"]


def orders_startup(pcs: Json) -> bool:
    """Tell whether any clique of a set starts after another one."""
    return any(_awaited_templates(Clique(pcs, 0, t)) for t in templates(pcs).values())


def awaited(clique: Clique) -> dict[str, int]:
    """Return what a clique starts after: PodClique names, and how many of their pods."""
    result: dict[str, int] = {}
    for name in _awaited_templates(clique):
        template = templates(clique.pcs)[name]
        for found in _instances(clique, template):
            result[found.name] = found.minimum
    return result


def _awaited_templates(clique: Clique) -> list[str]:
    template = clique.pcs["spec"]["template"]
    kind = template.get("cliqueStartupType")
    if kind == EXPLICIT:
        return clique.template["spec"].get("startsAfter") or []
    if kind != IN_ORDER:
        return []
    order = list(templates(clique.pcs))
    position = order.index(clique.template["name"])
    return order[position - 1 : position] if position else []


def _instances(clique: Clique, template: Json) -> list[Clique]:
    config = next((c for c in configs(clique.pcs) if template["name"] in c["cliqueNames"]), None)
    if clique.is_scaled:
        # A scaled gang starts when the base gang runs; only its own replica has an order.
        if config is not clique.group:
            return []
        return [Clique(clique.pcs, clique.replica, template, config, clique.index)]
    if config is None:
        return [Clique(clique.pcs, clique.replica, template)]
    return [
        Clique(clique.pcs, clique.replica, template, config, index)
        for index in range(group_minimum(config))
    ]
