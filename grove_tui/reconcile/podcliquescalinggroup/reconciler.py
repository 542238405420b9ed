"""Keeps the PodCliques of scaling groups as they should be, and says how they are."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from grove_tui.api.constants import CONDITION_BREACHED, EVENT_ALL_SCHEDULED_LOST
from grove_tui.api.objects import (
    PODCLIQUES,
    PODCLIQUESCALINGGROUPS,
    PodCliqueScalingGroup,
    PodCliqueScalingGroupStatus,
    PodCliqueSet,
)
from grove_tui.kube.errors import Conflict
from grove_tui.kube.objects import NamespacedName, controller_of, find_condition
from grove_tui.reconcile.actions import (
    Action,
    Create,
    Delete,
    Outcome,
    Patch,
    describe,
    raise_failures,
)
from grove_tui.reconcile.conditions import last_errors, status_patch
from grove_tui.reconcile.context import Context, errors_of
from grove_tui.reconcile.controller import Result
from grove_tui.reconcile.podcliquescalinggroup.members import (
    GroupTemplate,
    members_of,
    template_of_group,
)
from grove_tui.reconcile.podcliquescalinggroup.plan import Plan, plan
from grove_tui.reconcile.podcliquescalinggroup.status import status
from grove_tui.reconcile.recorder import NORMAL, WARNING
from grove_tui.reconcile.updates import has_turn
from grove_tui.reconcile.world import World

SPACING_PER_REPLICA = 0.0005
"""Seconds per replica in which events about the members are gathered."""
SPACING = 0.01
RETRY_FOREIGN_SECONDS = 15.0
"""How often to look whether an object in the way is gone."""


class PodCliqueScalingGroupReconciler:
    """Reconciles one scaling group at a time; gang termination is the set's business."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def reconcile(self, key: NamespacedName) -> Result | None:
        """Create and delete members as planned, then write the status if it differs."""
        world = self._context.world
        group = world.podcliquescalinggroups.get(*key)
        pcs = owning_set(world, group)
        if group is None or pcs is None or group.metadata.deletion_timestamp is not None:
            return None
        if not self._context.blueprints.is_in_force(pcs):
            return None
        blueprint = self._context.blueprints.of(pcs)
        template = template_of_group(group, pcs, blueprint)
        if template is None:
            return None
        wanted = plan(world, pcs, template, members_of(world, group), self._context.clock())
        template = await self._record_selection(template, wanted)
        outcomes = await self._context.executor.apply(list(_actions(wanted)))
        self._tell(group, outcomes)
        await self._report(pcs, template, wanted, outcomes)
        raise_failures(outcomes)
        return Result(RETRY_FOREIGN_SECONDS if wanted.foreign else None, _spacing(pcs, group))

    async def _record_selection(self, template: GroupTemplate, wanted: Plan) -> GroupTemplate:
        """Store which working replica an update takes down before it goes."""
        group, progress = template.group, wanted.progress
        if (
            progress is None
            or progress.ready_replica_indices_selected_to_update is None
            or progress == group.status.update_progress
        ):
            return template
        selected = replace(group.status, update_progress=progress)
        return replace_group(template, await self._patch_status(group, selected))

    async def _report(
        self,
        pcs: PodCliqueSet,
        template: GroupTemplate,
        wanted: Plan,
        outcomes: Sequence[Outcome],
    ) -> None:
        group, now = template.group, self._context.clock()
        members = members_of(self._context.world, group)
        computed = status(pcs, template, members, wanted.progress, now)
        errors = errors_of(outcomes) + self._conflicts(group, wanted)
        if errors:
            computed = replace(
                computed,
                observed_generation=group.status.observed_generation,
                last_errors=last_errors(group.status.last_errors, errors, now),
            )
        await self._patch_status(group, computed)
        if group.status.scheduled_replicas and not computed.scheduled_replicas:
            text = "All scheduled replicas are lost"
            self._context.recorder.event(
                PODCLIQUESCALINGGROUPS, group, WARNING, EVENT_ALL_SCHEDULED_LOST, text
            )

    def _conflicts(self, group: PodCliqueScalingGroup, wanted: Plan) -> list[tuple[str, str]]:
        """Return an error for each name that is taken, and tell of those not known yet."""
        known = {error.description for error in group.status.last_errors}
        found = [
            f"PodClique {name} exists and is not controlled by this PodCliqueScalingGroup;"
            " it is left alone"
            for name in wanted.foreign
        ]
        for text in found:
            if text not in known:
                self._context.recorder.event(
                    PODCLIQUESCALINGGROUPS, group, WARNING, "NameConflict", text
                )
        return [("ERR_NAME_CONFLICT", text) for text in found]

    async def _patch_status(
        self, group: PodCliqueScalingGroup, computed: PodCliqueScalingGroupStatus
    ) -> PodCliqueScalingGroup:
        first = find_condition(group.status.conditions, CONDITION_BREACHED) is None
        patch = status_patch(group.status, computed, complete=first)
        if patch is None:
            return group
        # The set's controller writes a condition of its own here: neither may undo the other's.
        outcomes = await self._context.executor.apply(
            [Patch(PODCLIQUESCALINGGROUPS, group, patch, subresource="status", is_locked=True)]
        )
        raise_failures(outcomes)
        written: PodCliqueScalingGroup = outcomes[0].obj
        return written

    def _tell(self, group: PodCliqueScalingGroup, outcomes: Sequence[Outcome]) -> None:
        recorder = self._context.recorder
        for outcome in outcomes:
            action = outcome.action
            if outcome.error is None and isinstance(action, Create):
                text = "Created PodClique:"
                reason = "PodCliqueCreateSuccessful"
                recorder.event(PODCLIQUESCALINGGROUPS, group, NORMAL, reason, text, action.name)
            elif outcome.error is None and isinstance(action, Delete):
                text, reason = "Deleted PodClique:", "PodCliqueDeleteSuccessful"
                recorder.event(PODCLIQUESCALINGGROUPS, group, NORMAL, reason, text, action.name)
            elif outcome.error is not None and not isinstance(outcome.error, Conflict):
                reason = f"PodClique{action.verb.capitalize()}Failed"
                text = describe(outcome)
                recorder.event(PODCLIQUESCALINGGROUPS, group, WARNING, reason, text)


def _spacing(pcs: PodCliqueSet, group: PodCliqueScalingGroup) -> float:
    if has_turn(pcs, group):
        # Each event is what the next step waits for; there is nothing to gather.
        return 0.0
    return SPACING + SPACING_PER_REPLICA * group.spec.replicas


def _actions(wanted: Plan) -> Iterator[Action]:
    for podclique in (*wanted.surplus, *wanted.outdated):
        yield Delete(PODCLIQUES, podclique)
    yield from wanted.patch
    yield from wanted.create


def replace_group(template: GroupTemplate, group: PodCliqueScalingGroup) -> GroupTemplate:
    """Return the template with a newer state of its group."""
    return GroupTemplate(group, template.config, template.replica, template.blueprint)


def owning_set(world: World, group: PodCliqueScalingGroup | None) -> PodCliqueSet | None:
    """Return the PodCliqueSet that controls a scaling group, told by uid."""
    owner = controller_of(group) if group is not None else None
    if group is None or owner is None or owner.kind != "PodCliqueSet":
        return None
    pcs = world.podcliquesets.get(group.metadata.namespace, owner.name)
    if pcs is None or pcs.metadata.uid != owner.uid or pcs.metadata.deletion_timestamp is not None:
        return None
    return pcs
