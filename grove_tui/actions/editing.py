"""Editing an object as text: what is shown, what was changed, and what the server says to it.

As with `kubectl edit`, only what was changed is sent, and what the server refuses comes back as
comment lines above the text as it was typed. Unlike there, a text that was changed while another
one changed the same object is not sent blindly: the resourceVersion is a precondition.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any

from msgspec import Struct

from grove_tui.actions.manifests import ManifestError, parse_manifests
from grove_tui.actions.outcome import clause, refused
from grove_tui.actions.reading import to_yaml
from grove_tui.actions.target import Target
from grove_tui.kube.client import Client
from grove_tui.kube.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KubeError,
    NotFound,
    Unauthorized,
)
from grove_tui.kube.objects import JSON
from grove_tui.kube.sanitize import clean_text
from grove_tui.reconcile.drift import merge_diff

SERVERS_OWN = ("managedFields", "resourceVersion", "uid", "generation", "creationTimestamp")
"""Fields of the metadata that only the server sets."""
FIXED = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))
"""What makes an object the one it is."""
MOST_RETRIES = 5
"""How often a text is sent again because of changes that do not show in it."""
MOST_CHANGES = 20
"""How many changes by others are listed."""
MOST_LETTERS = 60

_INTRODUCTION = (
    "Edit the object and save; leave it unchanged, or empty it, to change nothing.",
    "Lines like this one are left out. What the server refuses comes back here.",
)
_RETURNED = (
    "Correct the text and save. Leave it unchanged to give up;",
    "take these lines away to send the same text again.",
)
_MEANWHILE = "The object was changed meanwhile. What you did not touch stays as it is there now:"
_DENIED = "denied the request"
"""What an API server says where an admission webhook, and not a missing permission, refuses."""


class Stage(Enum):
    """What came of a text."""

    DONE = auto()
    """The server took it."""
    UNCHANGED = auto()
    """It says what was there already."""
    AGAIN = auto()
    """It is to be edited once more."""
    GIVEN_UP = auto()
    """It was not sent, or can never be taken."""


class Verdict(Struct, frozen=True):
    """What came of a text, in one sentence."""

    stage: Stage
    sentence: str


def shown(body: Mapping[str, Any]) -> JSON:
    """Return what of an object is there to be edited.

    The status is left out, since no edit of it would be taken, and of the metadata what only the
    server sets. Everything else is there, values of environment variables and Secrets included:
    what is not in the text would be deleted.
    """
    metadata = {k: v for k, v in body["metadata"].items() if k not in SERVERS_OWN}
    return {key: value for key, value in body.items() if key != "status"} | {"metadata": metadata}


class Edit:
    """One object that is being edited.

    Attributes:
        target: The object.
        text: What the editor is to open with.
    """

    def __init__(self, client: Client, target: Target, body: JSON) -> None:
        """Begin with the object as the server has it; see `begin`."""
        self.target = target
        self._client = client
        self._start = shown(body)
        self._present = body
        self._head = _comments(_INTRODUCTION)
        self.text = self._head + to_yaml(self._start)
        self._is_returned = False

    async def take(self, typed: str) -> Verdict:
        """Send what was typed, if it is a change; `text` is the next one to edit."""
        if self._is_returned and typed == self.text:
            sentence = f"{self.target} is not changed: the refused text was left as it was."
            return Verdict(Stage.GIVEN_UP, sentence)
        typed = self._without_head(typed)
        if not any(line.strip() and not line.startswith("#") for line in typed.splitlines()):
            return Verdict(Stage.UNCHANGED, f"The text was emptied; {self.target} is as it was.")
        try:
            patch = self._patch(typed)
        except ManifestError as error:
            return self._return(typed, str(error))
        if not patch:
            return Verdict(Stage.UNCHANGED, f"Nothing was edited; {self.target} is as it was.")
        return await self._send(typed, patch)

    def _patch(self, typed: str) -> JSON:
        """Return what was changed, as a merge patch.

        Raises:
            ManifestError: It is not YAML, not one object, or another object.
        """
        manifests = parse_manifests(typed, "the text")
        if len(manifests) != 1:
            raise ManifestError(f"This is one object to edit, not {len(manifests)}.")
        edited = manifests[0].body
        for path in FIXED:
            before, after = _at(self._start, path), _at(edited, path)
            if before != after:
                field = ".".join(path)
                raise ManifestError(f"{field}: may not be changed; it is {before!r}.")
        return merge_diff(self._start, shown(edited))

    async def _send(self, typed: str, patch: JSON) -> Verdict:
        for _ in range(MOST_RETRIES):
            try:
                await self._patch_object(patch)
            except Conflict as error:
                verdict = await self._look_again(typed, error)
                if verdict is not None:
                    return verdict
            except KubeError as error:
                return self._refused(error) if _is_final(error) else self._return(typed, error)
            else:
                return Verdict(Stage.DONE, f"{self.target} is changed.")
        return self._return(typed, "The object changes faster than it can be sent.")

    async def _patch_object(self, patch: JSON) -> None:
        version = self._present["metadata"].get("resourceVersion", "")
        identity = {"uid": self.target.uid, "resourceVersion": version}
        body = {**patch, "metadata": {**patch.get("metadata", {}), **identity}}
        target = self.target
        await self._client.patch(target.resource, target.name, body, target.namespace)

    async def _look_again(self, typed: str, conflict: Conflict) -> Verdict | None:
        """Read the object that has changed meanwhile; None if nothing of that shows in the text."""
        try:
            body = await _fetch(self._client, self.target)
        except KubeError as error:
            return self._refused(error)
        if body["metadata"].get("uid") != self.target.uid:
            return self._refused(conflict)
        changes = list(_changes(shown(self._present), shown(body)))
        self._present = body
        return self._return(typed, _MEANWHILE, *changes) if changes else None

    def _refused(self, error: KubeError) -> Verdict:
        return Verdict(Stage.GIVEN_UP, refused("edit", self.target, error).sentence)

    def _return(self, typed: str, reason: str | KubeError, *details: str) -> Verdict:
        reasons = _reasons(reason) if isinstance(reason, KubeError) else [reason]
        more = len(details) - MOST_CHANGES
        listed = (*details[:MOST_CHANGES], *([f"and {more} more"] if more > 0 else []))
        self._head = _comments([*reasons, *listed, "", *_RETURNED])
        self.text = self._head + typed
        self._is_returned = True
        return Verdict(Stage.AGAIN, reasons[0])

    def _without_head(self, typed: str) -> str:
        head = set(self._head.splitlines())
        lines = typed.splitlines(keepends=True)
        while lines and lines[0].rstrip() in head:
            lines.pop(0)
        return "".join(lines)


async def begin(client: Client, target: Target) -> Edit:
    """Fetch an object to edit.

    Raises:
        KubeError: It cannot be had, or another object has its name.
    """
    body = await _fetch(client, target)
    if body["metadata"].get("uid") != target.uid:
        raise NotFound(404, "NotFound", f"{target} was replaced by another object")
    return Edit(client, target, body)


async def _fetch(client: Client, target: Target) -> JSON:
    body = await client.get_json(target.resource, target.name, target.namespace)
    return {"apiVersion": target.resource.api_version, "kind": target.resource.kind, **body}


def _comments(lines: Sequence[str]) -> str:
    """Return lines that are not part of the object, and cannot become so."""
    flat = (" ".join(clean_text(line).split()) for line in lines)
    return "".join(f"# {line}".rstrip() + "\n" for line in flat)


def _is_final(error: KubeError) -> bool:
    """Tell whether no other text would be taken either."""
    if isinstance(error, Forbidden):
        return _DENIED not in error.message
    return isinstance(error, NotFound | Unauthorized)


def _reasons(error: KubeError) -> list[str]:
    if isinstance(error, Invalid) and error.causes:
        return [f"{field}: {message}" for field, message in error.causes]
    return [f"The server did not take it: {clause(error)}."]


def _changes(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield what differs, field by field."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            where = f"{path}.{key}" if path else str(key)
            yield from _changes(before.get(key), after.get(key), where)
    elif before != after:
        yield f"{path}: {_brief(before)} → {_brief(after)}"


def _brief(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return f"({len(value)} entries)"
    text = "(none)" if value is None else str(value)
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


def _at(body: Mapping[str, Any], path: Sequence[str]) -> Any:
    value: Any = body
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
