"""What belongs to a selected row: the row itself and everything below it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grove_tui.api import names
from grove_tui.kube.objects import Event, Pod
from grove_tui.reconcile.world import INDEX_NODE, INDEX_PODCLIQUE
from grove_tui.view.book import GangBook
from grove_tui.view.gangs import Clique, Gang, Group
from grove_tui.view.keys import Key, Kind

POD_GANG = "PodGang"


@dataclass(slots=True)
class Scope:
    """Names of objects, and cliques whose pods belong even when they no longer exist.

    Attributes:
        namespace: Namespace of everything in it; empty for a node.
        objects: Kind and name of each object.
        podcliques: Full names of cliques; a pod's name starts with its clique's.
    """

    namespace: str
    objects: set[tuple[str, str]] = field(default_factory=set)
    podcliques: set[str] = field(default_factory=set)

    def holds(self, kind: str, namespace: str, name: str) -> bool:
        """Tell whether an object belongs to it, also one that is gone."""
        if kind == Kind.NODE:
            return (kind, name) in self.objects
        if self.namespace and namespace != self.namespace:
            return False
        if (kind, name) in self.objects:
            return True
        return kind == Kind.POD and names.podclique_of_pod(name) in self.podcliques

    def holds_event(self, event: Event) -> bool:
        """Tell whether an event is about something in it."""
        involved = event.involved_object
        return self.holds(involved.kind, involved.namespace, involved.name)

    def holds_key(self, key: Key) -> bool:
        """Tell whether a row belongs to it; replicas belong where their owner does."""
        if key.kind in (Kind.GANG, Kind.GROUP_REPLICA):
            return (str(key.kind), str(key)) in self.objects
        return self.holds(str(key.kind), key.namespace, key.name)


def scope_of(book: GangBook, key: Key) -> Scope:
    """Return the scope of a row."""
    scope = Scope("" if key.kind is Kind.NODE else key.namespace)
    if key.kind is Kind.GANG:
        _add_gangs(scope, [book.gang(key)])
    elif key.kind is Kind.GROUP_REPLICA:
        scope.objects.add((str(key.kind), str(key)))
        _add_cliques(scope, _replica_cliques(book, key))
    elif key.kind is Kind.PODCLIQUESET:
        scope.objects.add((str(key.kind), key.name))
        pcs = book.world.podcliquesets.get(key.namespace, key.name)
        _add_gangs(scope, book.gangs(pcs) if pcs is not None else ())
    elif key.kind is Kind.SCALING_GROUP:
        _add_groups(scope, _groups(book, key))
    elif key.kind is Kind.PODCLIQUE:
        scope.objects.add((str(key.kind), key.name))
        scope.podcliques.add(key.name)
    else:
        scope.objects.add((str(key.kind), key.name))
        _add_guests(scope, book, key)
    return scope


def pods_of(book: GangBook, key: Key) -> Iterator[Pod]:
    """Return the existing pods that belong to a row."""
    if key.kind is Kind.NODE:
        yield from book.world.pods.by_index(INDEX_NODE, key.name)
        return
    scope = scope_of(book, key)
    for kind, name in sorted(scope.objects):
        if kind == Kind.POD:
            pod = book.world.pods.get(key.namespace, name)
            if pod is not None:
                yield pod
    for podclique in sorted(scope.podcliques):
        yield from book.world.pods.by_index(INDEX_PODCLIQUE, f"{key.namespace}/{podclique}")


def _add_gangs(scope: Scope, gangs: Iterable[Gang | None]) -> None:
    for gang in gangs:
        if gang is None:
            continue
        scope.objects.add((str(Kind.GANG), str(gang.key)))
        scope.objects.add((POD_GANG, gang.name))
        _add_cliques(scope, gang.cliques)
        _add_groups(scope, gang.groups)


def _add_groups(scope: Scope, groups: Iterable[Group]) -> None:
    for group in groups:
        scope.objects.add((str(Kind.SCALING_GROUP), group.key.name))
        for replica in group.replicas:
            scope.objects.add((str(Kind.GROUP_REPLICA), str(replica.key)))
            if replica.index >= group.minimum:
                number = replica.index - group.minimum
                scope.objects.add((POD_GANG, f"{group.key.name}-{number}"))
            _add_cliques(scope, replica.cliques)


def _add_cliques(scope: Scope, cliques: Iterable[Clique]) -> None:
    for clique in cliques:
        scope.objects.add((str(Kind.PODCLIQUE), clique.key.name))
        scope.podcliques.add(clique.key.name)


def _add_guests(scope: Scope, book: GangBook, key: Key) -> None:
    if key.kind is Kind.NODE:
        for pod in book.world.pods.by_index(INDEX_NODE, key.name):
            scope.objects.add((str(Kind.POD), pod.metadata.name))


def _groups(book: GangBook, key: Key) -> Iterator[Group]:
    group = book.world.podcliquescalinggroups.get(key.namespace, key.name)
    gang = book.gang_of(group) if group is not None else None
    for found in gang.groups if gang is not None else ():
        if found.key.name == key.name:
            yield found


def _replica_cliques(book: GangBook, key: Key) -> Iterator[Clique]:
    for group in _groups(book, key._replace(kind=Kind.SCALING_GROUP, replica=-1)):
        for replica in group.replicas:
            if replica.key == key:
                yield from replica.cliques
