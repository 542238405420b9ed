"""What belongs to a selected row: the row itself and everything below it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grove_tui.api import names
from grove_tui.kube.objects import Event, Pod
from grove_tui.reconcile.world import INDEX_NODE, INDEX_PODCLIQUE
from grove_tui.view.book import GangBook
from grove_tui.view.gangs import Clique, Gang, Group, GroupReplica
from grove_tui.view.keys import Key, Kind, object_key
from grove_tui.view.planned import planned_gang

POD_GANG = "PodGang"


@dataclass(slots=True)
class Scope:
    """Names of objects, and cliques whose pods belong even when they no longer exist.

    Attributes:
        objects: Kind, namespace and name of each object and replica.
        podcliques: Namespace and full name of cliques; a pod's name starts with its clique's.
    """

    objects: set[tuple[str, str, str]] = field(default_factory=set)
    podcliques: set[tuple[str, str]] = field(default_factory=set)

    def __ior__(self, other: "Scope") -> "Scope":
        self.objects |= other.objects
        self.podcliques |= other.podcliques
        return self

    def holds(self, kind: str, namespace: str, name: str) -> bool:
        """Tell whether an object belongs to it, also one that is gone."""
        if (kind, namespace, name) in self.objects:
            return True
        if kind != Kind.POD:
            return False
        podclique = names.podclique_of_pod(name)
        return podclique is not None and (namespace, podclique) in self.podcliques

    def holds_event(self, event: Event) -> bool:
        """Tell whether an event is about something in it."""
        involved = event.involved_object
        return self.holds(involved.kind, involved.namespace, involved.name)

    def holds_key(self, key: Key) -> bool:
        """Tell whether a row belongs to it."""
        return self.holds(str(key.kind), key.namespace, str(key))

    def add(self, key: Key) -> None:
        """Take in a row."""
        self.objects.add((str(key.kind), key.namespace, str(key)))

    def add_podgang(self, namespace: str, name: str) -> None:
        """Take in a PodGang, which has no row."""
        self.objects.add((POD_GANG, namespace, name))


def scope_of(book: GangBook, key: Key) -> Scope:
    """Return the scope of a row."""
    scope = Scope()
    scope.add(key)
    if key.kind is Kind.PODCLIQUESET:
        pcs = book.world.podcliquesets.get(key.namespace, key.name)
        _add_gangs(scope, book.gangs(pcs) if pcs is not None else ())
    elif key.kind is Kind.GANG:
        _add_gangs(scope, [book.gang(key)])
    elif key.kind is Kind.SCALING_GROUP:
        _add_groups(scope, _groups(book, key))
    elif key.kind is Kind.GROUP_REPLICA:
        _add_cliques(scope, _replica_cliques(book, key))
    elif key.kind is Kind.PODCLIQUE:
        scope.podcliques.add((key.namespace, key.name))
    elif key.kind is Kind.NODE:
        for pod in book.world.pods.by_index(INDEX_NODE, key.name):
            scope.add(object_key(Kind.POD, pod))
    return scope


def pods_of(book: GangBook, key: Key) -> Iterator[Pod]:
    """Return the existing pods that belong to a row."""
    if key.kind is Kind.NODE:
        yield from book.world.pods.by_index(INDEX_NODE, key.name)
    elif key.kind is Kind.POD:
        pod = book.world.pods.get(key.namespace, key.name)
        if pod is not None:
            yield pod
    for namespace, name in sorted(scope_of(book, key).podcliques):
        yield from book.world.pods.by_index(INDEX_PODCLIQUE, f"{namespace}/{name}")


def gang_part(book: GangBook, key: Key) -> Gang | Group | GroupReplica | Clique | None:
    """Return what the key of a gang, of a part of one or of a clique names."""
    if key.kind is Kind.GANG:
        return book.gang(key)
    owner = Kind.SCALING_GROUP if key.kind is Kind.GROUP_REPLICA else key.kind
    obj = book.object(book.current(Key(owner, key.namespace, key.name)))
    gang = book.gang_of(obj) if obj is not None else planned_gang(book, key)
    return gang.part(key.place) if gang is not None else None


def _add_gangs(scope: Scope, gangs: Iterable[Gang | None]) -> None:
    for gang in gangs:
        if gang is None:
            continue
        scope.add(gang.key)
        scope.add_podgang(gang.key.namespace, gang.name)
        _add_cliques(scope, gang.cliques)
        _add_groups(scope, gang.groups)


def _add_groups(scope: Scope, groups: Iterable[Group]) -> None:
    for group in groups:
        scope.add(group.key)
        for replica in group.replicas:
            scope.add(replica.key)
            if replica.index >= group.minimum:
                number = replica.index - group.minimum
                scope.add_podgang(group.key.namespace, f"{group.key.name}-{number}")
            _add_cliques(scope, replica.cliques)


def _add_cliques(scope: Scope, cliques: Iterable[Clique]) -> None:
    for clique in cliques:
        scope.add(clique.key)
        scope.podcliques.add((clique.key.namespace, clique.key.name))


def _groups(book: GangBook, key: Key) -> Iterator[Group]:
    group = book.world.podcliquescalinggroups.get(key.namespace, key.name)
    gang = book.gang_of(group) if group is not None else None
    for found in gang.groups if gang is not None else ():
        if found.key.name == key.name:
            yield found


def _replica_cliques(book: GangBook, key: Key) -> Iterator[Clique]:
    for group in _groups(book, key):
        for replica in group.replicas:
            if replica.key == key:
                yield from replica.cliques
