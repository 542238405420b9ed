"""Loading themes: YAML files whose keys are the fields of `textual.theme.Theme`.

The meanings that rows use (`ok`, `gang-3`) are theme variables with the prefix `grove-`; a file
names only those that it wants to differ from the defaults.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

import yaml
from textual.color import Color, ColorParseError
from textual.theme import Theme

from grove_tui.kube.reasons import why_unreadable

DEFAULT_THEME = "grove-dark"
PLAIN_THEME = "grove-plain"
"""The terminal's own colours; used where NO_COLOR is set."""

GANGS = 8
TOKEN_DEFAULTS: Mapping[str, str] = {
    "grove-ok": "#7fcf8f",
    "grove-warn": "#f0c35e",
    "grove-error": "#ff8b80",
    "grove-dim": "#93a1ab",
    "grove-accent": "#63d0b5",
    "grove-info": "#80b8f0",
    "grove-title": "#eef3f5",
    "grove-progress": "#80b8f0",
    "grove-gang-0": "#6cb6ff",
    "grove-gang-1": "#f5a962",
    "grove-gang-2": "#8fd68f",
    "grove-gang-3": "#d2a8ff",
    "grove-gang-4": "#ff94b8",
    "grove-gang-5": "#5ed6cb",
    "grove-gang-6": "#e6d56e",
    "grove-gang-7": "#bdb4aa",
}
"""Theme variables of the row meanings, for themes that do not set them."""

_COLOURS = (
    "primary",
    "secondary",
    "warning",
    "error",
    "success",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "boost",
)
_SCALARS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "name": ((str,), "text"),
    "dark": ((bool,), "true or false"),
    "ansi": ((bool,), "true or false"),
    "luminosity_spread": ((int, float), "a number"),
    "text_alpha": ((int, float), "a number"),
}


class ThemeError(Exception):
    """A theme file cannot be used; `str()` is one sentence that names file and field."""


def shipped_directory() -> Path:
    """Return the folder of the themes that come with the program."""
    here = Path(__file__).parent
    packaged = here / "themes"
    return packaged if packaged.is_dir() else here.parent / "themes"


def load_theme(path: Path) -> Theme:
    """Return the theme in one file; its name is the file's unless it says otherwise.

    Raises:
        ThemeError: The file cannot be read, is not YAML, or holds a key or value that is wrong.
    """
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise ThemeError(f"The theme {path} cannot be read: {why_unreadable(error)}.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark else ""
        raise ThemeError(f"The theme {path} is not YAML{place}.") from error
    if not isinstance(data, dict):
        raise ThemeError(f"The theme {path} must hold the fields of a theme, such as primary.")
    values = {"name": path.stem} | {str(key): value for key, value in data.items()}
    for problem in _problems(values):
        raise ThemeError(f"The theme {path}: {problem}.")
    return Theme(**values)


def _problems(values: Mapping[str, Any]) -> Iterator[str]:
    known = {field.name: field for field in fields(Theme)}
    for key in values:
        if key not in known:
            yield f"there is no field {key}; there are {', '.join(known)}"
    for name, field in known.items():
        required = field.default is MISSING and field.default_factory is MISSING
        if required and name not in values:
            yield f"{name} is missing"
    for name, value in values.items():
        if problem := _field_problem(name, value):
            yield problem


def _field_problem(name: str, value: Any) -> str:
    if name in _COLOURS:
        return _colour_problem(name, value)
    if name == "variables":
        return _variables_problem(value)
    if name in _SCALARS:
        types, words = _SCALARS[name]
        if type(value) not in types:
            return f"{name} must be {words}, not {value!r}"
    return ""


def _variables_problem(value: Any) -> str:
    if not isinstance(value, dict):
        return f"variables must hold names and colours, not {value!r}"
    for name, colour in value.items():
        if str(name).startswith("grove-"):
            if name not in TOKEN_DEFAULTS:
                return f"there is no variable {name}; there are {', '.join(TOKEN_DEFAULTS)}"
            if problem := _colour_problem(f"variables.{name}", colour):
                return problem
        elif not isinstance(colour, str):
            return f"variables.{name} must be text, not {colour!r}"
    return ""


def _colour_problem(name: str, value: Any) -> str:
    try:
        Color.parse(value)
    except (ColorParseError, AttributeError, TypeError):
        return f"{name} is no colour: {value!r} (write one like #5fd0b5 or teal)"
    return ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a look into the theme folders found."""

    themes: tuple[Theme, ...]
    problems: tuple[str, ...]


class ThemeFolders:
    """The themes that come with the program and the user's own, which win by name.

    `changed()` is cheap enough to be asked every second: it reads times of files, not files.
    """

    def __init__(self, user_directory: Path | None = None) -> None:
        self._directories = [shipped_directory()]
        if user_directory is not None:
            self._directories.append(user_directory)
        self._seen: dict[Path, int] = {}

    def find(self, name: str) -> Theme | None:
        """Return one theme without reading the files of others, where its file bears its name.

        Raises:
            ThemeError: The file is there and is wrong.
        """
        for directory in reversed(self._directories):
            path = directory / f"{name}.yaml"
            if path.is_file():
                return load_theme(path)
        return next((theme for theme in self.load().themes if theme.name == name), None)

    def load(self) -> Loaded:
        """Read every theme; a wrong file is a problem and hides no other theme."""
        self._seen = self._modified()
        themes: dict[str, Theme] = {}
        problems: list[str] = []
        for path in self._seen:
            try:
                theme = load_theme(path)
            except ThemeError as error:
                problems.append(str(error))
            else:
                themes[theme.name] = theme
        return Loaded(tuple(themes.values()), tuple(problems))

    def changed(self) -> bool:
        """Return whether a file appeared, went or was written since the last `load`."""
        return self._modified() != self._seen

    def _modified(self) -> dict[Path, int]:
        found: dict[Path, int] = {}
        for directory in self._directories:
            try:
                paths = sorted(directory.glob("*.yaml"))
                found |= {path: path.stat().st_mtime_ns for path in paths}
            except OSError:
                continue
        return found
