"""Raw requests to an `Api` for tests of what exactly it answers."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from grove_tui.demo.api import Api
from grove_tui.kube.transport import Request, Response
from tests.builders import EPOCH

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
PODS = "/api/v1/namespaces/default/pods"
WIDGETS = "/apis/example.com/v1/namespaces/default/widgets"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


class Clock:
    """Says what time it is as the test sets it."""

    def __init__(self) -> None:
        self.now = EPOCH

    def __call__(self) -> datetime:
        return self.now


WIDGET_SCHEMA = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "required": ["size"],
            "properties": {
                "size": {"type": "integer", "minimum": 0},
                "colour": {"type": "string", "default": "red"},
                "tags": {
                    "type": "array",
                    "x-kubernetes-list-type": "set",
                    "items": {"type": "string"},
                },
                "parts": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {
                            "name": {"type": "string"},
                            "count": {"type": "integer"},
                            "note": {"type": "string"},
                        },
                    },
                },
            },
        },
        "status": {
            "type": "object",
            "properties": {
                "size": {"type": "integer"},
                "selector": {"type": "string"},
                "conditions": {
                    "type": "array",
                    "items": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                },
            },
        },
    },
}
WIDGET_CRD: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {
            "plural": "widgets",
            "kind": "Widget",
            "shortNames": ["wd"],
            "categories": ["all"],
        },
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": WIDGET_SCHEMA},
                "subresources": {
                    "status": {},
                    "scale": {
                        "specReplicasPath": ".spec.size",
                        "statusReplicasPath": ".status.size",
                        "labelSelectorPath": ".status.selector",
                    },
                },
                "additionalPrinterColumns": [
                    {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
                    {
                        "name": "Ready",
                        "type": "string",
                        "jsonPath": '.status.conditions[?(@.type=="Ready")].status',
                        "priority": 1,
                    },
                    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
                ],
            }
        ],
    },
}
PATCH_TYPES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "apply": "application/apply-patch+yaml",
}


def widget(name: str = "w", **spec: Any) -> dict[str, Any]:
    """Return the smallest valid Widget."""
    return {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": name},
        "spec": {"size": 1, **spec},
    }


def pod(name: str = "p", **spec: Any) -> dict[str, Any]:
    """Return the smallest valid Pod."""
    containers = [{"name": "c", "image": "i:1"}]
    return {"metadata": {"name": name}, "spec": {"containers": containers, **spec}}


Headers = dict[str, str] | None
Json = dict[str, Any]


class Refused(Exception):
    """The server answered with an error; `status` is the Status object."""

    def __init__(self, response: Response) -> None:
        self.code = response.status
        self.status = json.loads(response.body)
        super().__init__(self.status["message"])

    @property
    def reason(self) -> str:
        return str(self.status["reason"])

    @property
    def causes(self) -> list[tuple[str, str]]:
        return [(c["field"], c["message"]) for c in self.status["details"]["causes"]]


class Caller:
    """Sends requests and returns decoded bodies; refusals are raised as `Refused`."""

    def __init__(self, api: Api, user: str = "tester") -> None:
        self.api = api
        self.user = user
        self.warnings = ""

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, Any] | None = None,
        **query: Any,
    ) -> Response:
        data = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        text = {name.rstrip("_"): str(value) for name, value in query.items()}
        return await self.api.handle(Request(method, path, text, headers or {}, data), self.user)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, Any] | None = None,
        **query: Any,
    ) -> dict[str, Any]:
        response = await self.send(method, path, body, headers, **query)
        if response.status >= 400:
            raise Refused(response)
        self.warnings = response.headers.get("warning", "")
        decoded: Json = json.loads(response.body)
        return decoded

    async def get(self, path: str, accept: str = "", **query: Any) -> dict[str, Any]:
        return await self.call("GET", path, headers={"accept": accept}, **query)

    async def post(self, path: str, body: Any, **query: Any) -> dict[str, Any]:
        return await self.call("POST", path, body, **query)

    async def put(self, path: str, body: Any, **query: Any) -> dict[str, Any]:
        return await self.call("PUT", path, body, **query)

    async def patch(
        self, path: str, body: Any, kind: str = "merge", **query: Any
    ) -> dict[str, Any]:
        return await self.call("PATCH", path, body, {"content-type": PATCH_TYPES[kind]}, **query)

    async def delete(self, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        return await self.call("DELETE", path, body, **query)

    async def names(self, path: str, **query: Any) -> list[str]:
        return [item["metadata"]["name"] for item in (await self.get(path, **query))["items"]]

    @asynccontextmanager
    async def watch(
        self, path: str, accept: str = "", **query: Any
    ) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        text = {"watch": "true", **{name: str(value) for name, value in query.items()}}
        request = Request("GET", path, text, {"accept": accept})
        async with self.api.stream(request, self.user) as stream:

            async def events() -> AsyncIterator[dict[str, Any]]:
                async for line in stream.lines():
                    yield json.loads(line)

            yield events()


async def with_widgets(api: Api) -> Caller:
    """Return a caller of an API that serves Widgets."""
    caller = Caller(api)
    await caller.post(CRDS, WIDGET_CRD)
    return caller
