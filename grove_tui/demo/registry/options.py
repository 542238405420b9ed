"""What a request asks of a write besides its object."""

from dataclasses import dataclass
from typing import Any

from grove_tui.demo.statuses import Json, bad_request
from grove_tui.demo.storage import Stored

_POLICIES = ("Background", "Foreground", "Orphan")


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """Options of create, update and patch.

    Attributes:
        applying: The object comes with the owners of its fields.
    """

    dry_run: bool = False
    field_validation: str = ""
    field_manager: str = ""
    force: bool = False
    applying: bool = False


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """Options of delete."""

    dry_run: bool = False
    grace_period_seconds: int | None = None
    propagation_policy: str = ""
    uid: str = ""
    resource_version: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a write did: the object as it is now, or as it was when it went."""

    stored: Stored
    created: bool = False
    removed: bool = False
    warnings: tuple[str, ...] = ()


def delete_options(body: Json, query: "dict[str, str]") -> DeleteOptions:
    """Read DeleteOptions from the body, with the query's values where the body has none.

    Raises:
        BadRequest: A value has the wrong type, or the policy is unknown.
    """
    preconditions = body.get("preconditions") or {}
    policy = body.get("propagationPolicy") or query.get("propagationPolicy", "")
    orphan = body.get("orphanDependents", query.get("orphanDependents"))
    if orphan is not None and not policy:
        policy = "Orphan" if str(orphan).lower() in ("true", "1") else "Background"
    if policy and policy not in _POLICIES:
        raise bad_request(f'invalid propagationPolicy "{policy}": one of {", ".join(_POLICIES)}')
    return DeleteOptions(
        dry_run=bool(body.get("dryRun") or query.get("dryRun")),
        grace_period_seconds=_seconds(
            body.get("gracePeriodSeconds", query.get("gracePeriodSeconds"))
        ),
        propagation_policy=policy,
        uid=preconditions.get("uid") or "",
        resource_version=preconditions.get("resourceVersion") or "",
    )


def _seconds(value: Any) -> int | None:
    if value is None or value == "":
        return None
    try:
        return max(0, int(value))
    except (TypeError, ValueError):
        raise bad_request(f"gracePeriodSeconds must be a number, not {value!r}") from None
