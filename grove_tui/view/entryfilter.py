"""The filter of timelines: words that an entry has or has not, and what it is about.

text          found in the object's name or in what happened, in any case
!term         the opposite of a term
kind=pod      also object=, ns=, source= (watch, you, reconcile); values may contain *
"""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

from msgspec import Struct

from grove_tui.view.filter import FilterError
from grove_tui.view.timeline import Entry

Term = Callable[[Entry], bool]

PLACEHOLDER = "text, !not, kind=pod, object=*-worker-*, source=you"
_FIELDS: Mapping[str, Callable[[Entry], str]] = {
    "kind": lambda entry: entry.told.kind,
    "object": lambda entry: entry.told.name,
    "ns": lambda entry: entry.told.namespace,
    "source": lambda entry: entry.source,
}


class EntryQuery(Struct, frozen=True):
    """A parsed filter; all terms must hold."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __call__(self, entry: Entry) -> bool:
        """Tell whether an entry is wanted."""
        return all(term(entry) for term in self.terms)


def parse_entries(text: str) -> EntryQuery:
    """Parse what was typed after `/`.

    Raises:
        FilterError: A field is not understood.
    """
    return EntryQuery(tuple(_term(word) for word in text.split()))


def _term(word: str) -> Term:
    if word.startswith("!") and len(word) > 1:
        positive = _term(word[1:])
        return lambda entry: not positive(entry)
    name, equals, value = word.partition("=")
    if not equals or not name.isalpha():
        return _text(word.lower())
    read = _FIELDS.get(name)
    if read is None:
        raise FilterError(f'"{name}" is not a field; the fields are {", ".join(sorted(_FIELDS))}')
    field, pattern = read, value.lower()
    return lambda entry: fnmatchcase(field(entry).lower(), pattern)


def _text(word: str) -> Term:
    def found(entry: Entry) -> bool:
        told = entry.told
        return word in f"{told.kind} {told.name} {told.text}".lower()

    return found
