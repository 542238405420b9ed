"""Which resources the API server has that can be owned or own something."""

from collections.abc import Iterable

from grove_tui.kube.client import Client
from grove_tui.kube.errors import NotFound
from grove_tui.kube.objects import JSON, PartialObject
from grove_tui.kube.resources import Resource

NEEDED_VERBS = {"list", "watch", "delete", "patch"}
IGNORED = {("", "events"), ("events.k8s.io", "events")}
"""Far too many and never owned."""


async def discover(client: Client) -> list[Resource[PartialObject]]:
    """Return every resource that can be garbage, in its group's preferred version."""
    found = _resources("", "v1", await client.request_json("GET", "/api/v1"))
    for group in (await client.request_json("GET", "/apis"))["groups"]:
        preferred = group.get("preferredVersion", group["versions"][0])["groupVersion"]
        name, _, version = preferred.partition("/")
        try:
            listed = await client.request_json("GET", f"/apis/{preferred}")
        except NotFound:
            # A group whose last definition was deleted between the two requests.
            continue
        found += _resources(name, version, listed)
    return found


def _resources(group: str, version: str, listed: JSON) -> list[Resource[PartialObject]]:
    entries: Iterable[JSON] = listed.get("resources") or ()
    return [
        Resource(
            group, version, entry["name"], entry["kind"], PartialObject, bool(entry["namespaced"])
        )
        for entry in entries
        if NEEDED_VERBS.issubset(entry.get("verbs") or ())
        and "/" not in entry["name"]
        and (group, entry["name"]) not in IGNORED
    ]
