"""Which pods the reconciler may let the scheduler see, from what their gangs have said of them."""

from collections.abc import Iterator

from tests.contract.pods import is_gated
from tests.contract.snapshot import Json, condition_status, labels_of


class Gates:
    """Remembers what each gang has listed: a pod must not be placed before its gang names it."""

    def __init__(self) -> None:
        self._listed: set[tuple[str, str]] = set()

    def observe(self, gang: Json) -> None:
        """Note the pods of a gang that all of its pods have existed of."""
        if condition_status(gang, "Initialized") != "True":
            return
        name = gang["metadata"]["name"]
        for group in gang["spec"]["podgroups"]:
            listed = group.get("podReferences") or ()
            self._listed.update((name, reference["name"]) for reference in listed)

    def problems(self, before: Json | None, pod: Json) -> Iterator[str]:
        """Yield what was wrong with the reconciler's write of a pod."""
        name, gang = pod["metadata"]["name"], labels_of(pod).get("grove.io/podgang", "")
        if before is None and not is_gated(pod):
            yield f"pod {name} was made without a gate"
        released = before is not None and is_gated(before) and not is_gated(pod)
        if released and (gang, name) not in self._listed:
            yield f"pod {name} was released before its gang {gang} named it"
