"""Settings: command-line flags over the environment over the config file over defaults.

The file's keys are the long flags without their dashes (`read-only: true`), plus `keymap`. What a
person wrote is judged by pydantic, which is imported only when there is something to judge.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from grove_tui.kube.reasons import why_unreadable

APP_NAME = "grove-tui"
ENVIRONMENT_PREFIX = "GROVE_TUI_"
CONFIG_FILE = "config.yaml"

ReconcileChoice = Literal["auto", "always", "never"]


class SettingsError(Exception):
    """A setting cannot be used; `str()` is one sentence that names where it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a user can set before the dashboard starts."""

    demo: bool = False
    kubeconfig: str = ""
    """Paths as in $KUBECONFIG; empty for ~/.kube/config."""
    context: str = ""
    namespace: str = ""
    """Empty for the context's namespace, or all of them where it names none."""
    all_namespaces: bool = False
    read_only: bool = False
    reconcile: ReconcileChoice = "auto"
    theme: str = ""
    ascii: bool = False
    mouse: bool = True
    nodes: int = 20
    """Nodes of the demo cluster."""
    speed: float = 1.0
    """Pace of the demo cluster's simulated delays."""
    scenario: str = ""
    """File with what happens in the demo cluster."""
    save_dir: str = ""
    """Folder for what is saved by a key; empty for folders below $XDG_STATE_HOME/grove-tui."""
    log_file: str = ""
    log_format: Literal["plain", "json"] = "plain"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Binding id to its keys, separated by commas."""


def config_directory(environment: Mapping[str, str]) -> Path:
    """Return the user's own folder: settings and themes."""
    if xdg := environment.get("XDG_CONFIG_HOME"):
        return Path(xdg) / APP_NAME
    import platformdirs

    return platformdirs.user_config_path(APP_NAME)


def load_settings(
    flags: Mapping[str, Any], environment: Mapping[str, str] | None = None
) -> Settings:
    """Return the settings of one run.

    Args:
        flags: What the command line gave, by attribute name; None means not given. `config` is
            the path of another config file, which then has to exist.
        environment: Environment variables; the process's own by default.

    Raises:
        SettingsError: A file cannot be read, or a value in it or in the environment is wrong.
    """
    environment = os.environ if environment is None else environment
    given = {name: value for name, value in flags.items() if value is not None}
    explicit = given.pop("config", None) or environment.get(f"{ENVIRONMENT_PREFIX}CONFIG")
    path = Path(explicit) if explicit else config_directory(environment) / CONFIG_FILE
    known = Settings.__dataclass_fields__
    merged = _from_file(path, required=explicit is not None)
    merged |= _from_environment(environment)
    return Settings(**merged | {name: value for name, value in given.items() if name in known})


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if kubeconfig := environment.get("KUBECONFIG"):
        found["kubeconfig"] = kubeconfig
    own: dict[str, Any] = {}
    for name in Settings.__dataclass_fields__:
        variable = ENVIRONMENT_PREFIX + name.upper()
        if name != "keymap" and (value := environment.get(variable)):
            own[name] = value
    if not own:
        return found
    return found | _validated(own, lambda name: f"${ENVIRONMENT_PREFIX}{name.upper()}")


def _from_file(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if required:
            raise SettingsError(f"There is no config file {path}.") from None
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The config file {path} cannot be read: {why_unreadable(error)}."
        ) from error
    data = _parse(text, path)
    fields = {str(key).replace("-", "_"): value for key, value in data.items()}
    return _validated(fields, lambda name: f"{name.replace('_', '-')} in the config file {path}")


def _parse(text: str, path: Path) -> dict[Any, Any]:
    import yaml

    try:
        data = yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark else ""
        raise SettingsError(f"The config file {path} is not YAML{place}.") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise SettingsError(f"The config file {path} must hold keys and values.")
    return data


def _validated(fields: dict[str, Any], place: Any) -> dict[str, Any]:
    """Return `fields` with their proper types.

    Args:
        fields: Values by attribute name.
        place: Turns an attribute name into the words a person finds it by.
    """
    from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

    strict = with_config(ConfigDict(extra="forbid"))(Settings)
    try:
        settings = TypeAdapter(strict).validate_python(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = [str(part) for part in first["loc"]]
        where = place(path[0]) if path else "as a whole"
        if len(path) > 1:
            where = f"{'.'.join(path[1:])} of {where}"
        raise SettingsError(f"The setting {where}: {_explain(first)}.") from error
    return {name: getattr(settings, name) for name in fields}


def _explain(error: Any) -> str:
    if error["type"] == "unexpected_keyword_argument":
        known = ", ".join(name.replace("_", "-") for name in Settings.__dataclass_fields__)
        return f"there is no such setting; there are {known}"
    message = str(error["msg"])
    return message[:1].lower() + message[1:]
