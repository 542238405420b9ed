"""What each verb does with a request for a resource."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from grove_tui.demo import listing, negotiation, podactions, scale
from grove_tui.demo.access import Authorize, attributes_of, refusal, review
from grove_tui.demo.answers import Answer, LiveAnswer, answer_bytes, answer_json, answer_text
from grove_tui.demo.apply.serverside import server_side_apply
from grove_tui.demo.builtin import PODS
from grove_tui.demo.definition import Definition
from grove_tui.demo.listing import request_selector
from grove_tui.demo.logs import Logs, log_options
from grove_tui.demo.negotiation import Form
from grove_tui.demo.openapi.fields import typed
from grove_tui.demo.patching import APPLY_PATCH, changed_by, media_type
from grove_tui.demo.registry.options import (
    DeleteOptions,
    Outcome,
    WriteOptions,
    delete_options,
)
from grove_tui.demo.registry.registry import Change, Registry, key_of
from grove_tui.demo.requestinfo import RequestInfo, is_true
from grove_tui.demo.shapes import Shape, shape_for
from grove_tui.demo.statuses import (
    Json,
    Violation,
    bad_request,
    invalid,
    method_not_allowed,
    success,
)
from grove_tui.demo.storage import Key
from grove_tui.demo.watch import Watch, WatchOptions
from grove_tui.kube.errors import NotFound
from grove_tui.kube.transport import Request, Response


@dataclass(frozen=True, slots=True)
class Call:
    """One request for a resource, with what was found out about it."""

    registry: Registry
    definition: Definition
    info: RequestInfo
    request: Request
    form: Form
    user: str
    authorize: Authorize
    logs: Logs

    @property
    def key(self) -> Key:
        """The object that is meant."""
        return key_of(self.definition, self.info.namespace, self.info.name)

    @property
    def query(self) -> Mapping[str, str]:
        """The query parameters."""
        return self.request.query

    def options(self) -> WriteOptions:
        """Return the options of a write."""
        dry_run = self.query.get("dryRun", "")
        if dry_run not in ("", "All"):
            raise bad_request(f'dryRun: Unsupported value: "{dry_run}": supported values: "All"')
        return WriteOptions(
            bool(dry_run),
            self.query.get("fieldValidation", ""),
            self.query.get("fieldManager") or _program(self.request),
            is_true(self.query.get("force")),
        )

    def shape(self) -> Shape:
        """Return the form in which objects are wanted."""
        return shape_for(self.definition, self.form, self.query, self.registry.clock)

    def written(self, outcome: Outcome) -> Response:
        """Return the answer to a write."""
        body = self.shape().one(outcome.stored)
        return answer_bytes(body, 201 if outcome.created else 200, self.form, outcome.warnings)


def _program(request: Request) -> str:
    return request.headers.get("user-agent", "").partition("/")[0]


def get(call: Call) -> Answer:
    """Return one object, its scale, or its log."""
    info, definition = call.info, call.definition
    if info.subresource == "scale" and definition.scale is not None:
        body = scale.scale_body(call.registry, definition, call.key)
        return answer_bytes(body, 200, call.form)
    if info.subresource == "log" and definition is PODS:
        return _log(call)
    if info.subresource not in ("", "status"):
        raise method_not_allowed()
    stored = call.registry.get(definition, info.namespace, info.name)
    return answer_bytes(call.shape().one(stored), 200, call.form)


def _log(call: Call) -> Answer:
    pod = call.registry.get(PODS, call.info.namespace, call.info.name).object
    options = log_options(pod, call.query)
    text = call.logs(pod, options)
    if isinstance(text, bytes):
        return answer_text(text.decode("utf-8", "replace"))
    headers = {"content-type": "text/plain"}
    return LiveAnswer(text, lambda: None, PODS.resource, headers)


def list_objects(call: Call) -> Answer:
    """Return a list."""
    storage = call.registry.storage
    page = listing.page(storage, call.definition, call.info.namespace, call.query)
    return answer_bytes(call.shape().page(page), 200, call.form)


def watch(call: Call) -> Answer:
    """Return a watch."""
    query, info = call.query, call.info
    timeout = query.get("timeoutSeconds", "")
    initial = is_true(query.get("sendInitialEvents"))
    if initial and query.get("resourceVersionMatch") != "NotOlderThan":
        raise bad_request(
            "sendInitialEvents is forbidden for watch unless resourceVersionMatch is NotOlderThan"
        )
    options = WatchOptions(
        since=0 if initial else listing.revision_parameter(query),
        namespace=info.namespace,
        selector=request_selector(call.definition, info.name, query),
        bookmarks=is_true(query.get("allowWatchBookmarks")),
        initial_end=initial and is_true(query.get("allowWatchBookmarks")),
        timeout=float(timeout) if timeout.isdigit() and timeout != "0" else None,
        render=call.shape().renderer(),
    )
    opened = Watch(call.registry.storage, call.definition, options)
    return LiveAnswer(opened.chunks(), opened.close, call.definition.resource)


def create(call: Call) -> Answer:
    """Create an object, or do what a subresource that is created does."""
    info, definition = call.info, call.definition
    body = negotiation.read_object(call.request.body, call.request.headers)
    if definition.plural == "bindings":
        return _bound(call, body)
    if not definition.stored:
        typed(f"V1{definition.kind}", body)
        served = call.registry.catalog
        reviewed = review(definition.kind, body, call.user, call.authorize, served)
        return answer_json({**_identity(definition), **reviewed}, 201, call.form)
    if info.subresource in definition.actions and definition is PODS:
        return _pod_action(call, body)
    if info.name:
        raise method_not_allowed()
    return call.written(call.registry.create(definition, info.namespace, body, call.options()))


def _identity(definition: Definition) -> Json:
    return {"kind": definition.kind, "apiVersion": definition.api_version, "metadata": {}}


def _pod_action(call: Call, body: Json) -> Response:
    info = call.info
    if info.subresource == "binding":
        metadata = {**(typed("V1Binding", body).get("metadata") or {}), "name": info.name}
        return _bound(call, {**body, "metadata": metadata})
    if info.subresource == "eviction":
        typed("V1Eviction", body)
        dry_run = call.query.get("dryRun", "")
        podactions.evict(call.registry, info.namespace, info.name, body, dry_run)
        return answer_json(success("pods", "", info.name, ""), 201)
    raise method_not_allowed()


def _bound(call: Call, body: Json) -> Response:
    binding = typed("V1Binding", body)
    podactions.bind(call.registry, call.info.namespace, binding, call.options())
    return answer_json(success("", "", "", ""), 201)


def update(call: Call) -> Answer:
    """Replace an object."""
    body = negotiation.read_object(call.request.body, call.request.headers)
    version = (body.get("metadata") or {}).get("resourceVersion")
    if not version and call.definition.custom is not None and call.info.subresource != "scale":
        missing = Violation("metadata.resourceVersion", "must be specified for an update", value=0)
        raise invalid(call.definition.kind, call.definition.group, call.info.name, [missing])
    return _changed(call, lambda _old: body)


def patch(call: Call) -> Answer:
    """Change an object by a patch."""
    if media_type(call.request) == APPLY_PATCH and not call.info.subresource:
        return _applied(call)
    call.registry.get(call.definition, call.info.namespace, call.info.name)
    return _changed(call, changed_by(call.definition, call.request))


def _applied(call: Call) -> Answer:
    config = negotiation.as_object(negotiation.read_yaml(call.request.body))
    options = replace(call.options(), field_manager=call.query.get("fieldManager", ""))
    _authorize_creation(call)
    outcome = server_side_apply(call.registry, call.definition, call.key, config, options)
    return call.written(outcome)


def _authorize_creation(call: Call) -> None:
    """Who applies an object that is not there has to be allowed to create it, too."""
    intent = replace(attributes_of(call.user, call.info), verb="create")
    if not call.authorize(intent):
        try:
            call.registry.get(call.definition, call.info.namespace, call.info.name)
        except NotFound:
            raise refusal(intent) from None


def _changed(call: Call, change: Change) -> Answer:
    subresource, definition = call.info.subresource, call.definition
    if subresource == "scale" and definition.scale is not None:
        _, scaled = scale.scale(call.registry, definition, call.key, change, call.options())
        return answer_json(scaled, 200, call.form)
    if subresource not in ("", "status", "finalize") or (subresource and not definition.status):
        raise method_not_allowed()
    outcome = call.registry.update(definition, call.key, change, call.options(), subresource)
    return call.written(outcome)


def delete(call: Call) -> Answer:
    """Delete one object."""
    if call.info.subresource:
        raise method_not_allowed()
    definition, info = call.definition, call.info
    outcome = call.registry.delete(definition, info.namespace, info.name, _delete_options(call))
    if outcome.removed and definition is not PODS:
        uid = outcome.stored.object["metadata"]["uid"]
        return answer_json(success(definition.plural, definition.group, info.name, uid))
    return call.written(outcome)


def delete_collection(call: Call) -> Answer:
    """Delete what a list with the same parameters would show."""
    registry, options = call.registry, _delete_options(call)
    page = listing.page(registry.storage, call.definition, call.info.namespace, call.query)
    with registry.storage.batch():
        for stored in page.items:
            try:
                registry.delete(call.definition, stored.key.namespace, stored.key.name, options)
            except NotFound:
                continue
    return answer_bytes(listing.list_body(call.definition, page), 200, call.form)


def _delete_options(call: Call) -> DeleteOptions:
    body: Json = {}
    if call.request.body.strip():
        body = negotiation.read_object(call.request.body, call.request.headers)
    return delete_options(typed("V1DeleteOptions", body), dict(call.query))


VERBS: dict[str, Callable[[Call], Answer]] = {
    "get": get,
    "list": list_objects,
    "watch": watch,
    "create": create,
    "update": update,
    "patch": patch,
    "delete": delete,
    "deletecollection": delete_collection,
}
