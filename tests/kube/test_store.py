"""The store keeps its promises, also against a naive model under random operations."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from grove_tui.kube.objects import NamespacedName, Pod, key_of
from grove_tui.kube.sharing import Sharer
from grove_tui.kube.store import Store
from tests.builders import pod

NAMES = st.sampled_from(["a", "b", "c", "d"])
NODES = st.sampled_from(["", "n1", "n2"])


def by_node(obj: Pod) -> tuple[str, ...]:
    return (obj.spec.node_name,) if obj.spec.node_name else ()


def version_of(name: str, node: str, uid: int, revision: int) -> Pod:
    metadata = {"uid": str(uid), "resourceVersion": str(revision)}
    return pod(name, node=node, metadata=metadata)


class StoreAgreesWithDict(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.store: Store[Pod] = Store({"node": by_node})
        self.model: dict[NamespacedName, Pod] = {}
        self.replayed: dict[NamespacedName, Pod] = {}
        self.revision = 0
        self.store.add_handler(self.replay)

    def replay(self, old: Pod | None, new: Pod | None) -> None:
        """Build a third copy from what handlers are told alone."""
        if old is not None:
            assert self.replayed.pop(key_of(old)) == old
        if new is not None:
            assert old is None or old.metadata.uid == new.metadata.uid
            assert key_of(new) not in self.replayed
            self.replayed[key_of(new)] = new

    def fresh(self, name: str, node: str, uid: int) -> Pod:
        self.revision += 1
        return version_of(name, node, uid, self.revision)

    @rule(name=NAMES, node=NODES, uid=st.integers(0, 2))
    def put(self, name, node, uid):
        obj = self.fresh(name, node, uid)
        self.store.put(obj)
        self.model[key_of(obj)] = obj

    @rule(name=NAMES, node=NODES, uid=st.integers(0, 2))
    def put_sharing(self, name, node, uid):
        """As a Reflector does: what an index looks at is often the very same as before."""
        obj = self.fresh(name, node, uid)
        obj = Sharer().share(obj, self.store.at(key_of(obj)))
        self.store.put(obj)
        self.model[key_of(obj)] = obj

    @rule(name=NAMES)
    def remove(self, name):
        key = NamespacedName("default", name)
        self.store.remove(key)
        self.model.pop(key, None)

    @rule(items=st.dictionaries(NAMES, st.tuples(NODES, st.integers(0, 2))), keep=st.sets(NAMES))
    def replace(self, items, keep):
        objects = [self.fresh(name, node, uid) for name, (node, uid) in items.items()]
        unchanged = [
            self.model[key]
            for name in keep - items.keys()
            if (key := NamespacedName("default", name)) in self.model
        ]
        self.store.replace(objects + unchanged)
        self.model = {key_of(obj): obj for obj in objects + unchanged}

    @rule()
    def replacing_with_the_same_changes_nothing(self):
        before = self.store.version
        self.store.replace(list(self.model.values()))
        assert self.store.version == before

    @invariant()
    def same_objects(self):
        assert {key_of(obj): obj for obj in self.store.values()} == self.model
        assert self.replayed == self.model
        for key, obj in self.model.items():
            assert self.store.get(*key) is obj

    @invariant()
    def same_index(self):
        for node in ("n1", "n2"):
            expected = {k for k, obj in self.model.items() if obj.spec.node_name == node}
            assert {key_of(obj) for obj in self.store.by_index("node", node)} == expected
            assert (node in self.store.index_values("node")) == bool(expected)


TestStoreAgreesWithDict = StoreAgreesWithDict.TestCase


def test_handler_added_late_is_told_of_present_objects():
    store: Store[Pod] = Store()
    store.put(pod("a"))
    told = []

    store.add_handler(lambda old, new: told.append((old, new)))

    assert [(old, new and new.metadata.name) for old, new in told] == [(None, "a")]


def test_recreated_object_is_a_deletion_and_an_addition():
    store: Store[Pod] = Store()
    store.put(version_of("a", "", 1, 1))
    told = []
    store.add_handler(
        lambda old, new: told.append((old and old.metadata.uid, new and new.metadata.uid))
    )

    store.put(version_of("a", "", 2, 2))

    assert told == [(None, "1"), ("1", None), (None, "2")]
