"""Applying manifests: first everything is tried, then everything is done.

The server is asked what the user may write, and judges every object in a dry run, before the first
one is written; so a mistake in the third document does not leave the first two behind.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.actions.authorizing import denied
from grove_tui.actions.course import Course
from grove_tui.actions.manifests import Manifest
from grove_tui.actions.outcome import clause
from grove_tui.api.admission import admit
from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.kube.access import Permission
from grove_tui.kube.client import Client, PatchType
from grove_tui.kube.errors import ApiError, Conflict, Invalid, KubeError, NotFound
from grove_tui.kube.objects import PartialObject
from grove_tui.kube.resources import NAMESPACES, Resource

UNSUPPORTED_MEDIA_TYPE = 415
MOST_NAMED = 6
"""How many objects that were written are named."""


class Problem(Struct, frozen=True):
    """Why a manifest cannot be applied.

    Attributes:
        manifest: Which one, for messages.
        field: Path of the field; empty when it is not about one.
        sentence: What is wrong with it.
    """

    manifest: str
    field: str
    sentence: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.manifest}: {field}{self.sentence}"


class Step(Struct, frozen=True):
    """One manifest and where it goes."""

    manifest: Manifest
    resource: Resource[PartialObject]
    namespace: str


class Applied(Struct, frozen=True):
    """What came of a file: the objects that were written, and what went wrong."""

    done: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    contested: bool = False
    """Whether others own fields that would change; forcing takes them over."""
    stopped: bool = False
    """Whether it was stopped before everything was written."""

    @property
    def ok(self) -> bool:
        """Whether everything was written."""
        return not self.problems and not self.stopped

    @property
    def names(self) -> str:
        """What was written, in words; of many objects only the first ones."""
        more = len(self.done) - MOST_NAMED
        named = ", ".join(self.done[:MOST_NAMED])
        return f"{named} and {more} more" if more > 0 else named


async def apply(
    client: Client,
    manifests: Sequence[Manifest],
    namespace: str,
    *,
    force: bool = False,
    course: Course | None = None,
) -> Applied:
    """Apply all manifests, or none when the server refuses one of them in the dry run.

    Args:
        client: Whom to ask.
        manifests: What to apply, in order.
        namespace: For objects that name none.
        force: Take over fields that another manager owns.
        course: Counts the objects, and may stop between two of them.
    """
    course = course or Course()
    steps, problems = await _resolve(client, manifests, namespace)
    problems += _judge_here(steps)
    problems += await _judge_permissions(client, steps)
    if problems:
        return Applied(problems=tuple(problems))
    tried = await _send(client, steps, course, force=force, dry_run=True)
    if not tried.ok:
        return replace(tried, done=())  # what was only tried has not been done
    return await _send(client, steps, course, force=force, dry_run=False)


async def _resolve(
    client: Client, manifests: Sequence[Manifest], namespace: str
) -> tuple[list[Step], list[Problem]]:
    """Find out where the cluster serves each kind."""
    served: dict[str, Mapping[str, Mapping[str, Any]]] = {}
    steps: list[Step] = []
    problems: list[Problem] = []
    for manifest in manifests:
        version = manifest.api_version
        try:
            if version not in served:
                served[version] = await _kinds(client, version)
        except KubeError as error:
            problems.append(Problem(str(manifest), "", f"{clause(error)}."))
            continue
        found = served[version].get(manifest.kind)
        if found is None:
            sentence = f"the cluster knows no kind {manifest.kind} in {version}."
            problems.append(Problem(str(manifest), "", sentence))
            continue
        resource = _resource(version, manifest.kind, found)
        place = (manifest.namespace or namespace) if resource.namespaced else ""
        steps.append(Step(manifest, resource, place))
    return steps, problems


async def _kinds(client: Client, api_version: str) -> Mapping[str, Mapping[str, Any]]:
    path = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    try:
        listed = await client.request_json("GET", path)
    except NotFound:
        return {}
    resources = listed.get("resources") or ()
    return {str(item["kind"]): item for item in resources if "/" not in str(item["name"])}


def _resource(api_version: str, kind: str, served: Mapping[str, Any]) -> Resource[PartialObject]:
    group, _, version = api_version.rpartition("/")
    return Resource(
        group,
        version,
        str(served["name"]),
        kind,
        PartialObject,
        namespaced=bool(served.get("namespaced")),
    )


def _judge_here(steps: Sequence[Step]) -> list[Problem]:
    """Check what Grove's own admission would, since a cluster may run without its webhook."""
    problems: list[Problem] = []
    for step in steps:
        if step.resource.plural != PODCLIQUESETS.plural:
            continue
        body = _placed(step)
        _, errors, _ = admit(PODCLIQUESETS.plural, "CREATE", body, None)
        problems += [Problem(str(step.manifest), e.field, f"{e.detail}.") for e in errors]
    return problems


async def _judge_permissions(client: Client, steps: Sequence[Step]) -> list[Problem]:
    """Name what the user may not write; for what cannot be told, the dry run says so."""
    created = _created(steps)
    needed = [_needed(step, created) for step in steps]
    missing = await denied(client, (asked for wanted in needed for asked in wanted))
    return [
        Problem(str(step.manifest), "", f"you may not {asked}.")
        for step, wanted in zip(steps, needed, strict=True)
        if (asked := next((asked for asked in wanted if asked in missing), None))
    ]


def _needed(step: Step, created: Container[str]) -> tuple[Permission, ...]:
    writing = Permission("patch", step.resource, "", step.namespace, step.manifest.name)
    if step.namespace not in created:
        return (writing,)
    # Only what is there has a name that a role can name.
    return (writing, Permission("create", step.resource, "", step.namespace))


def _created(steps: Sequence[Step]) -> frozenset[str]:
    """Return the namespaces that are among the objects."""
    return frozenset(s.manifest.name for s in steps if s.resource.plural == NAMESPACES.plural)


async def _send(
    client: Client, steps: Sequence[Step], course: Course, *, force: bool, dry_run: bool
) -> Applied:
    done: list[str] = []
    problems: list[Problem] = []
    contested = False
    created = _created(steps)
    course.begin("trying" if dry_run else "applying", len(steps))
    for step in steps:
        if course.is_stopped:
            return Applied(tuple(done), stopped=True)
        # What lives in a namespace of the same file cannot be tried before that exists.
        if dry_run and step.namespace in created:
            course.step()
            continue
        try:
            await _write(client, step, force=force, dry_run=dry_run)
            done.append(f"{step.manifest.kind} {step.manifest.name}")
        except KubeError as error:
            contested |= isinstance(error, Conflict)
            problems += _problems(step, error)
            if not dry_run:
                break
        course.step()
    return Applied(tuple(done), tuple(problems), contested)


async def _write(client: Client, step: Step, *, force: bool, dry_run: bool) -> None:
    name, body = step.manifest.name, _placed(step)
    try:
        await client.patch(
            step.resource,
            name,
            body,
            step.namespace,
            type=PatchType.APPLY,
            force=force,
            dry_run=dry_run,
        )
    except ApiError as error:
        if error.code != UNSUPPORTED_MEDIA_TYPE:
            raise
        await _write_without_apply(client, step, body, dry_run=dry_run)


async def _write_without_apply(
    client: Client, step: Step, body: Mapping[str, Any], *, dry_run: bool
) -> None:
    try:
        await client.get_json(step.resource, step.manifest.name, step.namespace)
    except NotFound:
        await client.create(step.resource, body, step.namespace, dry_run=dry_run)
    else:
        await client.patch(step.resource, step.manifest.name, body, step.namespace, dry_run=dry_run)


def _placed(step: Step) -> dict[str, Any]:
    metadata = dict(step.manifest.body["metadata"])
    if step.namespace:
        metadata["namespace"] = step.namespace
    # An exported object carries what only the server may set.
    for field in ("managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"):
        metadata.pop(field, None)
    body = {**step.manifest.body, "metadata": metadata}
    body.pop("status", None)
    return body


def _problems(step: Step, error: KubeError) -> list[Problem]:
    what = str(step.manifest)
    if isinstance(error, Invalid) and error.causes:
        return [Problem(what, field, f"{message}.") for field, message in error.causes]
    if isinstance(error, Conflict) and (causes := error.causes):
        return [Problem(what, field, f"{message}.") for field, message in causes]
    return [Problem(what, "", f"{clause(error)}.")]
