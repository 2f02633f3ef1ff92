"""The values of :mod:`wiki.mail.message` as JSON and back, whole: how they cross from the parser's process to ours.

Pure. Driven by the fields of the dataclasses, so that a field added there needs nothing here; a field that has its
default is left out, so that a value that was written before the field existed can still be read.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

_Value = TypeVar("_Value")
_Reader = Callable[[Any], Any]


class Unreadable(ValueError):
    """The JSON is not that of the dataclass."""


def to_json(value: Any) -> dict[str, Any]:
    """A frozen dataclass as what ``json.dumps`` takes; moments are in ISO 8601 with their zone."""
    found: dict[str, Any] = {}
    for name, default in _defaults(cast("Hashable", type(value))):
        content = getattr(value, name)
        if content != default:
            found[name] = _plain(content)
    return found


def from_json(kind: type[_Value], value: dict[str, Any]) -> _Value:
    """The dataclass that :func:`to_json` wrote. Keys of fields that are no more are passed over.

    Raises Unreadable for anything else.
    """
    readers = _readers(cast("Hashable", kind))
    try:
        return kind(**{name: readers[name](content) for name, content in value.items() if name in readers})
    except (TypeError, ValueError, AttributeError) as error:
        raise Unreadable from error


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return to_json(value)


@cache
def _defaults(kind: Any) -> tuple[tuple[str, object], ...]:
    return tuple((each.name, _default(each)) for each in fields(kind))


def _default(each: Field[Any]) -> object:
    if each.default_factory is not MISSING:
        return each.default_factory()
    return each.default  # MISSING equals no value


@cache
def _readers(kind: Any) -> dict[str, _Reader]:
    hints = get_type_hints(kind)
    return {each.name: _reader(hints[each.name]) for each in fields(kind)}


def _reader(hint: Any) -> _Reader:
    """What reads a value of that type. Raises TypeError for a type that this module does not know."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        inner = _reader(next(each for each in arguments if each is not NoneType))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        each = _reader(arguments[0])
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return lambda value: tuple(map(each, _checked(value, list)))
        if all(argument is arguments[0] for argument in arguments):
            return lambda value: tuple(map(each, _checked(value, list)))
    if hint is datetime:
        return datetime.fromisoformat
    if hint in {str, int, float, bool}:
        return lambda value: _checked(value, hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda value: from_json(hint, value)
    raise TypeError(f"{hint} cannot be written as JSON.")


def _checked(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise Unreadable
    return value
