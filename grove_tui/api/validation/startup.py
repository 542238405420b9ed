"""Start-up order: dependencies that exist, are named once, and form no circle."""

from collections.abc import Iterator, Mapping

from grove_tui.api.constants import STARTUP_ANY_ORDER, STARTUP_EXPLICIT, STARTUP_IN_ORDER
from grove_tui.api.validation.errors import (
    FieldError,
    duplicate,
    invalid,
    not_supported,
    required,
)
from grove_tui.api.validation.manifest import CLIQUES, TEMPLATE, Clique, Manifest, text

TYPES = (STARTUP_ANY_ORDER, STARTUP_IN_ORDER, STARTUP_EXPLICIT)


def check(manifest: Manifest) -> Iterator[FieldError]:
    """Check the start-up type and what cliques start after."""
    field = f"{TEMPLATE}.cliqueStartupType"
    given = manifest.template.get("cliqueStartupType")
    if given in (None, ""):
        yield required(field)
    elif isinstance(given, str) and given not in TYPES:
        yield not_supported(field, given, TYPES)
    if text(manifest.template, "cliqueStartupType") != STARTUP_EXPLICIT:
        return
    known = {clique.name for clique in manifest.cliques}
    for clique in manifest.cliques:
        yield from _dependencies(clique, known)
    graph = {c.name: [d for d in c.starts_after if d in known] for c in manifest.cliques}
    for circle in circles(graph):
        names = ", ".join(circle)
        yield invalid(CLIQUES, names, "cliques must not start after each other in a circle")


def _dependencies(clique: Clique, known: set[str]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, name in enumerate(clique.starts_after):
        field = f"{clique.spec_path}.startsAfter[{index}]"
        if not name:
            yield required(field, "a dependency must not be empty")
        elif name == clique.name:
            yield invalid(field, name, "a clique cannot start after itself")
        elif name not in known:
            yield invalid(field, name, "no clique of this name is in spec.template.cliques")
        elif name in seen:
            yield duplicate(field, name)
        seen.add(name)


def circles(graph: Mapping[str, list[str]]) -> list[list[str]]:
    """Return the groups of two or more nodes that all reach each other, each group sorted.

    Tarjan's algorithm for strongly connected components, with a stack of its own instead of
    recursion: manifests may be as deep as they like.
    """
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_nodes: dict[str, None] = {}
    found: list[list[str]] = []
    for root in graph:
        stack = [] if root in order else [(root, iter(graph[root]))]
        while stack:
            node, successors = stack[-1]
            if node not in order:
                order[node] = lowest[node] = len(order)
                open_nodes[node] = None
            following = next((s for s in successors if _visit(node, s, order, lowest)), None)
            if following is not None:
                stack.append((following, iter(graph.get(following, ()))))
                continue
            stack.pop()
            if stack:
                parent = stack[-1][0]
                lowest[parent] = min(lowest[parent], lowest[node])
            if lowest[node] == order[node]:
                found.append(_close(node, open_nodes, lowest))
    return [sorted(component) for component in found if len(component) > 1]


def _visit(node: str, successor: str, order: dict[str, int], lowest: dict[str, int]) -> bool:
    """Tell whether a successor is new; otherwise note how far back it leads."""
    if successor not in order:
        return True
    lowest[node] = min(lowest[node], lowest[successor])
    return False


def _close(root: str, open_nodes: dict[str, None], lowest: dict[str, int]) -> list[str]:
    component = []
    while True:
        node, _ = open_nodes.popitem()
        lowest[node] = len(lowest) + 10**9  # closed: never leads back again
        component.append(node)
        if node == root:
            return component
