"""The language of the `/` filter.

Terms are separated by blanks and all must hold:

    text          a regular expression, in any case, found in name, status, node or namespace
    !term         the opposite of a term
    -l a=b,c!=d   a label selector
    field=value   also != < > <= >=; values may contain * as a wildcard

The fields are `gang` (its health word or its name), `status`, `node`, `ns`, `kind`, `name`, `ready`
(a number, `min` or `desired`), `restarts`, `gpu` and `age` (as in 90s, 5m, 2h, 1d); of events also
`type`, `reason` and `object`. Text is found in an event's message, too.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from fnmatch import translate
from typing import Any

from msgspec import Struct

from grove_tui.api.objects import PodCliqueSet
from grove_tui.kube.objects import Event, HasMetadata
from grove_tui.view.book import GangBook
from grove_tui.view.gangs import Clique, Gang, Group, GroupReplica
from grove_tui.view.haystack import Text, row_text
from grove_tui.view.keys import Kind
from grove_tui.view.podstatus import PodFacts
from grove_tui.view.rows import Severity
from grove_tui.view.subject import Filter, Subject

Term = Callable[[Subject, GangBook], bool | None]
"""Whether a row fulfils a term; None when the term says nothing about such rows."""

_TYPED = re.compile(r"([a-z]+)(!=|<=|>=|=|<|>)(.+)")
_AGE = re.compile(r"([0-9]+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_LITERAL = re.compile(r"[A-Za-z0-9_/:.-]+")
"""Texts of which all but the dots stand for themselves."""
_KINDS = {
    Kind.PODCLIQUESET: ("pcs", "podcliqueset"),
    Kind.GANG: ("gang",),
    Kind.SCALING_GROUP: ("pcsg", "podcliquescalinggroup"),
    Kind.GROUP_REPLICA: ("group",),
    Kind.PODCLIQUE: ("pclq", "podclique"),
    Kind.POD: ("pod", "po"),
}


class FilterError(ValueError):
    """The text is no filter; `str()` says why in one sentence."""


class Query(Struct, frozen=True):
    """A parsed filter.

    Attributes:
        terms: What must hold.
        has_negation: Whether a term excludes rows; then a tree asks only pods, because everything
            above a pod would pass for not being what is excluded.
        texts: What is found among the words of every gang that has a wanted row.
    """

    terms: tuple[Term, ...]
    has_negation: bool
    texts: tuple[Text, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def filter(self, book: GangBook) -> Filter:
        """Return the filter for a list, in which each row is asked."""
        if len(self.terms) == 1:
            (only,) = self.terms
            return lambda subject: bool(only(subject, book))
        return lambda subject: all(term(subject, book) for term in self.terms)

    def tree_filter(self, book: GangBook) -> Filter:
        """Return the filter for the tree."""
        wanted = self.filter(book)
        if not self.has_negation:
            return wanted
        return lambda subject: subject.key.kind is Kind.POD and wanted(subject)

    def holding(self, book: GangBook) -> Callable[[Sequence[Gang]], Sequence[Gang]] | None:
        """Return what quickly leaves out gangs in which no row is wanted; None where nothing does.

        It takes the gangs of one set, and does not look at the set.
        """
        if not self.texts:
            return None
        return lambda gangs: book.haystack.holding(gangs, self.texts)


def is_trouble(subject: Subject) -> bool:
    """Tell whether a row deserves attention."""
    return subject.severity >= Severity.WARN


def parse(text: str) -> Query:
    """Parse what was typed after `/`.

    Raises:
        FilterError: A field, a number or a selector is not understood.
    """
    terms: list[Term] = []
    texts: list[Text] = []
    has_negation = False
    words = text.split()
    while words:
        word = words.pop(0)
        negated = word.startswith("!") and len(word) > 1
        word = word[1:] if negated else word
        if word.startswith("-l"):
            term = _selector(word[2:] or (words.pop(0) if words else ""))
        else:
            term = _term(word)
            if not negated and _TYPED.fullmatch(word) is None:
                texts += _line_pattern(word)
        has_negation |= negated or _is_negative(word)
        terms.append(_not(term) if negated else term)
    return Query(tuple(terms), has_negation, tuple(texts))


def _is_negative(word: str) -> bool:
    typed = _TYPED.fullmatch(word)
    return typed is not None and typed[2] == "!="


def _not(term: Term) -> Term:
    def opposite(subject: Subject, book: GangBook) -> bool | None:
        found = term(subject, book)
        return None if found is None else not found

    return opposite


def _term(word: str) -> Term:
    typed = _TYPED.fullmatch(word)
    if typed is None:
        return _text(word)
    name, compare, value = typed.groups()
    if name in _NUMBERS:
        return _number(name, compare, value)
    if name in _WORDS:
        if compare not in ("=", "!="):
            raise FilterError(f'"{name}" is text: compare it with = or !=')
        return _word(name, value, is_equal=compare == "=")
    known = ", ".join(sorted((*_NUMBERS, *_WORDS)))
    raise FilterError(f'"{name}" is not a field; the fields are {known}')


def _text(word: str) -> Term:
    search = _pattern(word).search

    def found(subject: Subject, _: GangBook) -> bool:
        return search(row_text(subject)) is not None

    return found


def _pattern(word: str, flags: int = 0) -> re.Pattern[str]:
    try:
        return re.compile(word, re.IGNORECASE | flags)
    except re.error:
        return re.compile(re.escape(word), re.IGNORECASE)


def _line_pattern(word: str) -> list[Text]:
    """Return what finds a text among several lines, unless it may ask for what is around it."""
    if "\\" in word or "(?" in word:
        return []
    part = max(word.split("."), key=len) if _LITERAL.fullmatch(word) else ""
    return [Text(_pattern(word, re.MULTILINE), part.lower())]


# Words


def _word(name: str, value: str, *, is_equal: bool) -> Term:
    read = _WORDS[name]
    matches = re.compile(translate(value), re.IGNORECASE).match

    def found(subject: Subject, _: GangBook) -> bool | None:
        values = read(subject)
        for text in values:
            if matches(text):
                return is_equal
        return not is_equal if values else None

    return found


def _gang(subject: Subject) -> tuple[str, ...]:
    gang = subject.gang
    return (str(gang.health.word), gang.name) if gang is not None else ()


def _node(subject: Subject) -> tuple[str, ...]:
    if isinstance(subject.node, PodFacts):
        return (subject.node.node,)
    return ()


def _status(subject: Subject) -> tuple[str, ...]:
    if isinstance(subject.node, PodFacts):
        return (subject.node.word,)
    return (subject.status,) if subject.status else ()


def _event(read: Callable[[Event], tuple[str, ...]]) -> Callable[[Subject], tuple[str, ...]]:
    return lambda subject: read(subject.node) if isinstance(subject.node, Event) else ()


def _about(event: Event) -> tuple[str, ...]:
    involved = event.involved_object
    return involved.name, f"{involved.kind}/{involved.name}"


_WORDS: Mapping[str, Callable[[Subject], tuple[str, ...]]] = {
    "type": _event(lambda event: (event.type,)),
    "reason": _event(lambda event: (event.reason,)),
    "object": _event(_about),
    "gang": _gang,
    "status": _status,
    "node": _node,
    "ns": lambda subject: (subject.key.namespace,),
    "name": lambda subject: (str(subject.key),),
    "kind": lambda subject: _KINDS.get(subject.key.kind, ()),
}


# Numbers


def _number(name: str, compare: str, value: str) -> Term:
    read, wanted = _NUMBERS[name], _parse_number(name, value)

    def found(subject: Subject, book: GangBook) -> bool | None:
        have = read(subject, book)
        if have is None:
            return None
        want = wanted(subject) if callable(wanted) else wanted
        return None if want is None else _COMPARE[compare](have, want)

    return found


def _parse_number(name: str, value: str) -> int | Callable[[Subject], int | None]:
    if name == "ready" and value in ("min", "desired"):
        attribute = "minimum" if value == "min" else "desired"
        return lambda subject: _tally(subject, attribute)
    age = _AGE.fullmatch(value)
    if name == "age" and age is not None:
        return int(age[1]) * _SECONDS[age[2]]
    if name != "age" and value.isdecimal():
        return int(value)
    example = "an age such as 90s, 5m, 2h or 1d" if name == "age" else "a number"
    raise FilterError(f'"{value}" is not {example}')


def _tally(subject: Subject, attribute: str) -> int | None:
    node = subject.node
    if isinstance(node, Group):
        return int(getattr(node, attribute))
    if isinstance(node, Clique):
        return int(getattr(node.tally, attribute))
    if isinstance(node, Gang | GroupReplica):
        return int(getattr(node.tally, attribute))
    return None


def _restarts(subject: Subject, _: GangBook) -> int | None:
    if isinstance(subject.node, PodFacts):
        return subject.node.restarts
    return _tally(subject, "restarts") if not isinstance(subject.node, Group) else None


def _gpus(subject: Subject, _: GangBook) -> int | None:
    if isinstance(subject.node, PodFacts):
        return subject.node.gpus
    return _tally(subject, "gpus") if not isinstance(subject.node, Group) else None


def _age(subject: Subject, book: GangBook) -> float | None:
    created = _created(subject, book)
    return (book.clock() - created).total_seconds() if created is not None else None


def _created(subject: Subject, book: GangBook) -> datetime | None:
    if isinstance(subject.node, Gang):
        return subject.node.created
    found = book.object(subject.key)
    return found.metadata.creation_timestamp if found is not None else None


_NUMBERS: Mapping[str, Callable[[Subject, GangBook], float | None]] = {
    "ready": lambda subject, _: _tally(subject, "ready"),
    "restarts": _restarts,
    "gpu": _gpus,
    "age": _age,
}


# Labels


def _selector(text: str) -> Term:
    requirements = [_requirement(part) for part in text.split(",") if part]
    if not requirements:
        raise FilterError("-l needs a label selector such as -l app=web,tier!=db")

    def found(subject: Subject, book: GangBook) -> bool | None:
        obj = subject.node if isinstance(subject.node, PodCliqueSet) else book.object(subject.key)
        return _matches(obj, requirements) if obj is not None else None

    return found


def _requirement(text: str) -> tuple[str, str | None, bool]:
    """Return key, value (None for any) and whether it shall be so."""
    if "!=" in text:
        key, value = text.split("!=", 1)
        return key, value, False
    if "=" in text:
        key, value = text.split("=", 1)
        return key, value.removeprefix("="), True
    return text.removeprefix("!"), None, not text.startswith("!")


def _matches(obj: HasMetadata, requirements: list[tuple[str, str | None, bool]]) -> bool:
    found = obj.metadata.labels
    return all(
        ((key in found) if value is None else found.get(key) == value) == wanted
        for key, value, wanted in requirements
    )
