"""What plans ask for, as data, and what came of it.

A plan lists actions; an Executor carries them out.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from grove_tui.kube.errors import (
    Conflict,
    KubeError,
    NotFound,
    ServerError,
    Unreachable,
)
from grove_tui.kube.objects import JSON, HasMetadata
from grove_tui.kube.resources import Resource


class Create(Struct, frozen=True):
    """Create an object; `body` is shared and must not be changed."""

    resource: Resource[Any]
    namespace: str
    body: JSON

    @property
    def verb(self) -> str:
        """RBAC's word for it."""
        return "create"

    @property
    def name(self) -> str:
        """The new object's name, or the prefix of it that the server completes."""
        metadata = self.body["metadata"]
        return str(metadata.get("name") or metadata.get("generateName"))


class Patch(Struct, frozen=True):
    """Merge-patch the object `of` as it was seen; another uid of that name is left alone."""

    resource: Resource[Any]
    of: HasMetadata
    patch: JSON
    subresource: str = ""
    is_locked: bool = False
    """Whether a change of the object since it was seen makes the patch a conflict."""

    @property
    def verb(self) -> str:
        """RBAC's word for it."""
        return "patch"

    @property
    def name(self) -> str:
        """The object's name."""
        return self.of.metadata.name


class Delete(Struct, frozen=True):
    """Delete the object `of` as it was seen; another uid of that name is left alone."""

    resource: Resource[Any]
    of: HasMetadata

    @property
    def verb(self) -> str:
        """RBAC's word for it."""
        return "delete"

    @property
    def name(self) -> str:
        """The object's name."""
        return self.of.metadata.name


Action: TypeAlias = Create | Patch | Delete


class Outcome(Struct, frozen=True):
    """What came of an action; without an error it was done."""

    action: Action
    obj: Any = None
    """The server's answer to a create or patch."""
    error: KubeError | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether the server may have acted all the same."""
        return isinstance(self.error, Unreachable | ServerError)


class Failed(KubeError):
    """Some actions of a reconcile failed; the rest was done."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes = tuple(outcomes)
        first = self.outcomes[0]
        more = f" (and {len(self.outcomes) - 1} more)" if len(self.outcomes) > 1 else ""
        super().__init__(f"{describe(first)}{more}")


def describe(outcome: Outcome) -> str:
    """Say in one sentence what could not be done; it names the verb and the resource."""
    action = outcome.action
    subresource = action.subresource if isinstance(action, Patch) else ""
    resource = f"{action.resource.qualified_name}{'/' if subresource else ''}{subresource}"
    return f"cannot {action.verb} {resource} {action.name}: {outcome.error}"


def raise_failures(outcomes: Iterable[Outcome]) -> None:
    """Raise `Failed` when anything failed; lost races with other writers stay quiet conflicts."""
    failures = [outcome for outcome in outcomes if outcome.error is not None]
    if not failures:
        return
    loud = [outcome for outcome in failures if not isinstance(outcome.error, Conflict | NotFound)]
    if loud:
        raise Failed(loud)
    first = failures[0].error
    assert first is not None
    raise Conflict(409, "Conflict", str(first))
