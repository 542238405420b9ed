"""Judges PodCliqueSets on clusters that have no webhook to do it.

Each generation of a set is judged once, as it stands on the server with defaults written in. What
the reconciler has brought to its end before was judged then, and what it has refused stays refused.
"""

from collections.abc import Callable, Mapping

from grove_tui.api.defaults import keep_immutable
from grove_tui.api.objects import PODCLIQUESETS, PodCliqueSet
from grove_tui.kube.client import Client
from grove_tui.kube.errors import Conflict, NotFound
from grove_tui.kube.objects import JSON, find_condition

CONDITION_VALID = "Valid"
ERR_VALIDATION = "ERR_VALIDATION"


class Admission:
    """Remembers what was judged, by uid."""

    def __init__(
        self,
        client: Client,
        minimums: Callable[[PodCliqueSet], Mapping[str, int]],
        as_it_was: Callable[[PodCliqueSet, JSON], JSON] = lambda _, obj: obj,
    ) -> None:
        """Start without any.

        Args:
            client: Fetches whole sets.
            minimums: Returns the minAvailable in force by clique, for sets that leave it out.
            as_it_was: Returns a set that is real as it was before, as far as that is known.
        """
        self._client = client
        self._minimums = minimums
        self._as_it_was = as_it_was
        self._judged: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._last_valid: dict[str, JSON] = {}

    async def violations(self, pcs: PodCliqueSet) -> tuple[str, ...]:
        """Return what is wrong with a set, one sentence per field; empty when it is valid.

        Raises:
            Conflict: The set has changed since it was seen.
        """
        uid, generation = pcs.metadata.uid, pcs.metadata.generation
        known = self._judged.get(uid)
        if known is not None and known[0] == generation:
            return known[1]
        if _was_completed(pcs):
            return ()
        if known is None and _was_refused(pcs):
            return _remember(pcs)
        try:
            obj = await self._client.get_json(
                PODCLIQUESETS, pcs.metadata.name, pcs.metadata.namespace
            )
        except NotFound as error:
            raise Conflict(409, "Conflict", str(error)) from error
        if obj["metadata"].get("generation") != generation or obj["metadata"].get("uid") != uid:
            raise Conflict(409, "Conflict", f"{pcs.metadata.name} has changed")
        obj = keep_immutable(obj, _with_minimums(self._minimums(pcs)))
        found = self._judge(pcs, obj)
        self._judged[uid] = generation, found
        if not found:
            self._last_valid[uid] = obj
        return found

    def forget(self, uid: str) -> None:
        """Drop what is known of a set that is gone."""
        self._judged.pop(uid, None)
        self._last_valid.pop(uid, None)

    def _judge(self, pcs: PodCliqueSet, obj: JSON) -> tuple[str, ...]:
        # Validation brings pydantic, which is too slow to import before somebody needs it.
        from grove_tui.api.validation import validate_create, validate_update

        before = self._last_valid.get(pcs.metadata.uid)
        if before is not None:
            errors = validate_update(obj, before)
        elif pcs.status.observed_generation is None:
            errors = validate_create(obj)
        else:
            errors = validate_update(obj, self._as_it_was(pcs, obj))
        return tuple(str(error) for error in errors)


def _was_completed(pcs: PodCliqueSet) -> bool:
    is_observed = pcs.status.observed_generation == pcs.metadata.generation
    return is_observed and find_condition(pcs.status.conditions, CONDITION_VALID) is None


def _was_refused(pcs: PodCliqueSet) -> bool:
    """Tell whether this generation of a set that once was made real has been judged invalid.

    By now that can no longer be told from the set alone: it took the template before it.
    """
    condition = find_condition(pcs.status.conditions, CONDITION_VALID)
    return (
        pcs.status.observed_generation is not None
        and condition is not None
        and condition.status == "False"
        and condition.observed_generation == pcs.metadata.generation
    )


def _remember(pcs: PodCliqueSet) -> tuple[str, ...]:
    errors = pcs.status.last_errors
    return tuple(error.description for error in errors if error.code == ERR_VALIDATION)


def _with_minimums(minimums: Mapping[str, int]) -> JSON:
    cliques = [{"name": name, "spec": {"minAvailable": n}} for name, n in minimums.items()]
    return {"spec": {"template": {"cliques": cliques}}}
