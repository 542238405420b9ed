"""From what a client sent to what may be stored: defaults, admission, and every check."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from grove_tui.demo.definition import Definition
from grove_tui.demo.registry import metadata
from grove_tui.demo.registry.options import WriteOptions
from grove_tui.demo.registry.strategies import strategy_for
from grove_tui.demo.registry.strategy import Strategy
from grove_tui.demo.statuses import FieldProblem, Json, bad_request, invalid
from grove_tui.kube.errors import ApiError

Admission = Callable[
    [str, str, Json, Json | None], tuple[Json, Sequence[FieldProblem], Sequence[str]]
]
"""(plural, CREATE or UPDATE, new, old) to (the object to store, problems, warnings)."""

Prepared = tuple[Json, tuple[str, ...]]
"""An object that may be stored, and warnings for its author."""

T = TypeVar("T")
_WRONG_TYPE = "FieldValueTypeInvalid"
_WRONG_TYPES = (TypeError, AttributeError, ValueError, KeyError)


def admit_all(
    _plural: str, _operation: str, new: Json, _old: Json | None
) -> tuple[Json, Sequence[FieldProblem], Sequence[str]]:
    """Admit every object as it is."""
    return new, (), ()


class Preparation:
    """Prepares objects of all resources, each by its strategy."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._strategies: dict[int, Strategy] = {}

    def strategy(self, definition: Definition) -> Strategy:
        """Return the strategy of a resource."""
        strategy = self._strategies.get(id(definition))
        if strategy is None or strategy.definition is not definition:
            strategy = self._strategies[id(definition)] = strategy_for(definition)
        return strategy

    def check_fields(
        self, definition: Definition, obj: Json, options: WriteOptions
    ) -> tuple[str, ...]:
        """Refuse values of the wrong type; refuse, report or ignore unknown fields, as asked."""
        for problem in self.strategy(definition).misfits(obj):
            if problem.reason == _WRONG_TYPE:
                raise _unreadable(definition, problem.detail)
        if options.field_validation not in ("Strict", "Warn"):
            return ()
        unknown = self.strategy(definition).unknown(obj)
        found = tuple(f'unknown field "{path}"' for path in unknown)
        if found and options.field_validation == "Strict":
            raise _unreadable(definition, f"strict decoding error: {', '.join(found)}")
        return found

    def new(self, definition: Definition, obj: Json, now: str) -> Prepared:
        """Prepare a new object, which already has its metadata."""
        strategy = self.strategy(definition)
        obj = _run(definition, lambda: strategy.for_create(obj, now))
        return self._admit(definition, obj, None)

    def changed(self, definition: Definition, subresource: str, new: Json, old: Json) -> Prepared:
        """Prepare a changed object as the subresource that it was written through asks."""
        strategy = self.strategy(definition)
        if subresource == "binding":
            return new, ()
        if subresource == "status":
            new = _run(definition, lambda: strategy.for_status(new, old))
            problems = list(metadata.problems(definition, new, old))
            if definition.custom is not None:
                problems += strategy.validate_update(new, old)
            _refuse(definition, new, problems)
            return new, ()
        new = _run(definition, lambda: strategy.for_update(new, old))
        if subresource == "scale":
            _refuse(definition, new, strategy.validate_update(new, old))
            return new, ()
        return self._admit(definition, new, old)

    def _admit(self, definition: Definition, new: Json, old: Json | None) -> Prepared:
        """Let admission change the object, then check it; all problems are told at once."""
        strategy = self.strategy(definition)
        admitted: Sequence[FieldProblem] = ()
        warnings: Sequence[str] = ()
        if definition.custom is not None and not _has_type_problem(strategy, new):
            operation = "CREATE" if old is None else "UPDATE"
            new, admitted, warnings = self._admission(definition.plural, operation, new, old)
            new = strategy.defaults(new)
        rules = strategy.validate(new) if old is None else strategy.validate_update(new, old)
        problems = [*metadata.problems(definition, new, old), *_run(definition, lambda: [*rules])]
        known = {problem.field for problem in problems}
        further = [*strategy.misfits(new), *admitted]
        _refuse(definition, new, [*problems, *(p for p in further if p.field not in known)])
        return new, tuple(warnings)


def _run(definition: Definition, step: Callable[[], T]) -> T:
    """Run a step that may trip over values of the wrong type."""
    try:
        return step()
    except _WRONG_TYPES as error:
        raise _unreadable(definition, str(error)) from error


def _refuse(definition: Definition, obj: Json, rules: Iterable[FieldProblem]) -> None:
    problems = list(rules)
    if problems:
        raise invalid(definition.kind, definition.group, obj["metadata"]["name"], problems)


def _has_type_problem(strategy: Strategy, obj: Json) -> bool:
    return any(problem.reason == _WRONG_TYPE for problem in strategy.validate(obj))


def _unreadable(definition: Definition, why: str) -> ApiError:
    return bad_request(
        f'{definition.kind} in version "{definition.version}" cannot be handled as a '
        f"{definition.kind}: {why}"
    )
