"""Applying a configuration: conflicts, the merge, and what is no longer wanted."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from grove_tui.demo.apply.fieldsets import (
    FieldSet,
    matches,
    owned_fields,
    readable,
    value_at,
    without,
)
from grove_tui.demo.apply.managers import UPDATE, Manager, managers_of, replaced, with_managers
from grove_tui.demo.apply.structure import Structure
from grove_tui.demo.statuses import Json
from grove_tui.kube.errors import Conflict

BEFORE_FIRST_APPLY = "before-first-apply"


def applied(live: Json, config: Json, structure: Structure, mine: Manager, force: bool) -> Json:
    """Return `live` as it is after `mine` applied `config`; `mine.fields` are those of `config`.

    Raises:
        Conflict: Another owner gave a field another value, and `force` is not set.
    """
    managers = managers_of(live) or [_before_first_apply(live, structure, mine)]
    others = [manager for manager in managers if not manager.is_same(mine)]
    disputed = _disputed(live, config, mine.fields, others)
    conflicts = [pair for pair in disputed if pair[0].name != BEFORE_FIRST_APPLY]
    if conflicts and not force:
        raise _conflict(conflicts)
    lost = frozenset(path for _, path in disputed)
    managers = [_minus(manager, lost) if manager in others else manager for manager in managers]
    owned_by_others = frozenset().union(*(manager.fields for manager in others))
    before = next((m.fields for m in managers if m.is_same(mine)), frozenset())
    dropped = before - mine.fields - owned_by_others
    # An item goes as a whole before its fields go one by one, while its keys still identify it.
    for path in sorted(dropped, key=lambda path: (path[-1] != ".", -len(path))):
        live = without(live, path, owned_by_others | mine.fields)
    merged = merge(live, config, structure)
    return with_managers(merged, replaced(managers, mine))


def _before_first_apply(live: Json, structure: Structure, mine: Manager) -> Manager:
    """Return an owner for all that is there: it keeps the fields, but disputes none."""
    fields = owned_fields(live, structure)
    return Manager(BEFORE_FIRST_APPLY, UPDATE, mine.api_version, fields, mine.time)


def merge(live: Any, config: Any, structure: Structure) -> Any:
    """Return `live` with the values of `config`, item by item where a list has keys."""
    if isinstance(config, dict) and isinstance(live, dict) and not structure.is_atomic:
        merged = {
            name: merge(live.get(name), v, structure.field(name)) for name, v in config.items()
        }
        return {**live, **merged}
    if isinstance(config, list) and isinstance(live, list):
        if structure.is_set:
            return [*live, *(item for item in config if item not in live)]
        keys = structure.keys([*live, *config])
        if keys:
            return _merge_items(live, config, structure.item(), keys)
    return config


def _merge_items(
    live: list[Json], config: list[Json], structure: Structure, keys: Sequence[str]
) -> list[Json]:
    result = list(live)
    for item in config:
        wanted = {key: item[key] for key in keys}
        position = next((i for i, other in enumerate(result) if matches(other, wanted)), None)
        if position is None:
            result.append(item)
        else:
            result[position] = merge(result[position], item, structure)
    return result


def _disputed(
    live: Json, config: Json, fields: FieldSet, others: list[Manager]
) -> list[tuple[Manager, tuple[str, ...]]]:
    return [
        (manager, path)
        for manager in others
        for path in sorted(manager.fields & fields)
        if path[-1] != "." and value_at(live, path) != value_at(config, path)
    ]


def _conflict(disputed: list[tuple[Manager, tuple[str, ...]]]) -> Conflict:
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f'conflict with "{manager.name}" using {manager.api_version}',
            "field": readable(path),
        }
        for manager, path in disputed
    ]
    count = "1 conflict" if len(causes) == 1 else f"{len(causes)} conflicts"
    listed = "; ".join(f"{cause['message']}: {cause['field']}" for cause in causes)
    return Conflict(409, "Conflict", f"Apply failed with {count}: {listed}", {"causes": causes})


def _minus(manager: Manager, lost: FieldSet) -> Manager:
    return replace(manager, fields=manager.fields - lost)
