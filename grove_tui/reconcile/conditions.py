"""Conditions and status patches: written only when they differ, dated when their status moves."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from grove_tui.api.objects import LastError
from grove_tui.kube.objects import JSON, Condition, ObjectMeta, find_condition

MAX_ERRORS = 20
"""Errors that a status lists one by one."""
ERR_MORE = "ERR_MORE"
MAX_MESSAGE = 32768
"""Kubernetes API: the longest message of a condition."""


def next_second(now: datetime) -> datetime:
    """Return `now` in the API's resolution of seconds, rounded up.

    What is measured from the result, such as terminationDelay, is then never cut short.
    """
    return now.replace(microsecond=0) + timedelta(seconds=1 if now.microsecond else 0)


def transition(
    conditions: tuple[Condition, ...],
    wanted: Condition,
    metadata: ObjectMeta,
    now: datetime,
    *,
    born: str = "",
) -> tuple[Condition, ...]:
    """Return `conditions` with `wanted` in its place and its lastTransitionTime set.

    A condition whose first value is the one that every object is born with is dated at the birth,
    and every move is dated after it, if only by the second that the API resolves. So its time
    tells whether the object has ever been otherwise. `observedGeneration` marks conditions that
    are dated by these rules.

    Args:
        conditions: The stored conditions.
        wanted: The condition as it is now; its time and generation are filled in.
        metadata: The object's metadata.
        now: The current time.
        born: The status that this condition has from an object's birth, if there is one.
    """
    old = find_condition(conditions, wanted.type)
    created = metadata.creation_timestamp or now
    if old is not None and old.status == wanted.status and old.last_transition_time is not None:
        moved = old.last_transition_time
    elif old is None and wanted.status == born:
        moved = created
    else:
        moved = next_second(max(now, created + timedelta(seconds=1)))
    new = msgspec.structs.replace(
        wanted, last_transition_time=moved, observed_generation=metadata.generation or None
    )
    if old is None:
        return (*conditions, new)
    return tuple(new if condition.type == wanted.type else condition for condition in conditions)


def without(conditions: tuple[Condition, ...], type_: str) -> tuple[Condition, ...]:
    """Return `conditions` without the one of that type."""
    return tuple(condition for condition in conditions if condition.type != type_)


def last_errors(
    old: tuple[LastError, ...], wanted: Iterable[tuple[str, str]], now: datetime
) -> tuple[LastError, ...]:
    """Return lastErrors for (code, description) pairs; a known error keeps its time and place.

    What is done at the same time fails in any order; that alone must not make another status. Of
    many errors only the first are listed, lest the object grow too large to be written at all.
    """
    pairs = dict.fromkeys(wanted)
    known = [error for error in old if (error.code, error.description) in pairs]
    stay = {(error.code, error.description) for error in known}
    news = [LastError(*pair, observed_at=next_second(now)) for pair in pairs if pair not in stay]
    listed, rest = [*known, *news][:MAX_ERRORS], len(pairs) - MAX_ERRORS
    if rest <= 0:
        return tuple(listed)
    more = (ERR_MORE, f"{rest} more errors are not listed")
    found = next((error for error in old if (error.code, error.description) == more), None)
    return (*listed, found or LastError(*more, observed_at=next_second(now)))


def clipped(message: str) -> str:
    """Return the message of a condition, no longer than the API takes."""
    return message if len(message) <= MAX_MESSAGE else f"{message[: MAX_MESSAGE - 1]}…"


def status_patch(old: Struct, new: Struct, *, complete: bool = False) -> JSON | None:
    """Return the merge patch from status `old` to `new`, or None when nothing differs.

    Args:
        old: The stored status.
        new: The wanted status.
        complete: Write every field that has a value, because nothing was written before.
    """
    patch: JSON = {}
    for attribute, name in zip(new.__struct_fields__, new.__struct_encode_fields__, strict=True):
        value = getattr(new, attribute)
        first = complete and value not in _ABSENT
        if first or value != getattr(old, attribute):
            patch[name] = _encoded(value)
    return {"status": patch} if patch else None


_ABSENT = (None, "", ())


def _encoded(value: Any) -> Any:
    """Encode for a merge patch: nulls remove fields, zeros are written, lists are replaced."""
    if value is None or value == "" or value == ():
        return None
    if isinstance(value, Struct):
        return {
            name: _encoded(getattr(value, attribute))
            for attribute, name in zip(
                value.__struct_fields__, value.__struct_encode_fields__, strict=True
            )
        }
    if isinstance(value, tuple):
        return [_element(item) for item in value]
    return msgspec.to_builtins(value)


def _element(value: Any) -> Any:
    if not isinstance(value, Struct):
        return value
    names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
    fields = {name: getattr(value, attribute) for attribute, name in names}
    return {
        name: msgspec.to_builtins(item) for name, item in fields.items() if item not in (None, ())
    }
