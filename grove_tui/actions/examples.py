"""The manifests that come with the program, found by their bare name."""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_FOLDERS = (_PACKAGE / "examples", _PACKAGE.parent / "examples")


def examples() -> dict[str, Path]:
    """Return the shipped manifests by file name."""
    found: dict[str, Path] = {}
    for folder in _FOLDERS:
        for path in sorted(folder.glob("*.yaml")):
            found.setdefault(path.name, path)
    return found


def find_manifest(typed: str) -> Path:
    """Return the file that was meant: what is there, or else an example of that name."""
    path = Path(typed).expanduser()
    if not path.exists() and path.parent in (Path(), Path("examples")):
        name = path.name if path.suffix else f"{path.name}.yaml"
        return examples().get(name, path)
    return path
