"""Reading scenarios: the ones that come along by name, others from files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from grove_tui.kube.errors import ConfigError
from grove_tui.kube.objects import JSON

SHIPPED = Path(__file__).parent
EXAMPLES = (SHIPPED.parents[1] / "examples", SHIPPED.parents[2] / "examples")
"""Inside an installed package, and in a checkout."""


class NodeOf(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The node of the first pod that a label selector selects."""

    node_of: str


Nodes = str | list[str] | NodeOf


class Scale(msgspec.Struct, forbid_unknown_fields=True):
    """Sets replicas through the scale subresource."""

    kind: str
    name: str
    replicas: int
    namespace: str = "default"


class Annotate(msgspec.Struct, forbid_unknown_fields=True):
    """Sets annotations of a named object, or of those that a label selector selects."""

    kind: str
    annotations: dict[str, str | None]
    name: str = ""
    selector: str = ""
    limit: int = 0
    namespace: str = "default"


class Delete(msgspec.Struct, forbid_unknown_fields=True):
    """Deletes an object."""

    kind: str
    name: str
    namespace: str = "default"


class Step(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One step; exactly one field is set."""

    apply: str | list[str | JSON] | JSON | None = None
    healthy: str | list[str] | None = None
    wait: float | None = None
    scale: Scale | None = None
    cordon: Nodes | None = None
    uncordon: Nodes | None = None
    kill: Nodes | None = None
    revive: Nodes | None = None
    annotate: Annotate | None = None
    delete: Delete | None = None


class Scenario(msgspec.Struct, forbid_unknown_fields=True):
    """A list of steps, played once."""

    description: str = ""
    steps: list[Step] = []
    folder: Path = Path()
    """Where relative file names start; set when it is loaded."""


def names() -> list[str]:
    """Return the names of the scenarios that come along."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load(name: str) -> Scenario:
    """Return a scenario by its name or file; the empty name is the empty scenario.

    Raises:
        ConfigError: There is no such scenario, or it is not one.
    """
    if not name:
        return Scenario()
    path = SHIPPED / f"{name}.yaml" if name in names() else Path(name)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        scenario = msgspec.convert(content or {}, Scenario)
    except OSError as error:
        known = ", ".join(names())
        why = error.strerror or error
        message = f"cannot read scenario {name}: {why}; the ones that come along are {known}"
        raise ConfigError(message) from error
    except yaml.YAMLError as error:
        raise ConfigError(f"scenario {name} is not YAML: {' '.join(str(error).split())}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"scenario {name} is not a list of steps: {error}") from error
    scenario.folder = path.parent
    _check(name, scenario.steps)
    return scenario


def manifests(scenario: Scenario, sources: str | Sequence[str | JSON] | JSON) -> list[JSON]:
    """Return the objects that an apply step names or contains.

    Raises:
        ConfigError: A file cannot be read.
    """
    listed: Sequence[str | JSON] = [sources] if isinstance(sources, str | dict) else sources
    objects: list[JSON] = []
    for source in listed:
        objects += _read(scenario, source) if isinstance(source, str) else [source]
    return objects


def _read(scenario: Scenario, name: str) -> list[JSON]:
    path = next((p for p in _places(scenario, name) if p.is_file()), None)
    if path is None:
        raise ConfigError(f"there is no manifest {name}, neither here nor among the examples")
    try:
        documents: list[Any] = list(
            yaml.load_all(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        )
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"cannot read {path}: {' '.join(str(error).split())}") from error
    return [document for document in documents if isinstance(document, dict)]


def _places(scenario: Scenario, name: str) -> list[Path]:
    return [scenario.folder / name, *(folder / name for folder in EXAMPLES)]


def _check(name: str, steps: Sequence[Step]) -> None:
    for number, step in enumerate(steps, 1):
        set_fields = [f for f in step.__struct_fields__ if getattr(step, f) is not None]
        if len(set_fields) != 1:
            found = ", ".join(set_fields) or "nothing"
            raise ConfigError(f"step {number} of scenario {name} must do one thing, not {found}")
