"""Compute Engine's filter expressions for lists: `(name = "a") OR (network eq ".*/my-vpc")`.

Clauses stand side by side or with AND between them, OR binds less; parentheses and NOT are understood. `eq` and `ne`
take a regular expression of the whole value, `:` a part of it, `:*` asks whether there is a value. Of a list, one
fitting element is enough: gcloud turns its own `allowed[].ports:53` into such a clause.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from wizard.sandbox.api import ApiError, Body

Test = Callable[[Body], bool]

_TOKEN = re.compile(r'\s*(?:([()])|("(?:[^"\\]|\\.)*")|(!=|>=|<=|=|<|>|:)|([^\s()"=!<>:]+))')
_OPERATORS = ("=", "!=", "eq", "ne", ":", "<", ">", "<=", ">=")
_WORDS = ("(", ")", "AND", "OR", "NOT", *_OPERATORS)


def compile_filter(text: str) -> Test:
    """Whether a body passes the filter; every body passes an empty one. Raises ApiError(400)."""
    parser = _Parser(text)
    if not parser.tokens:
        return lambda body: True
    test = parser.either()
    if parser.tokens:
        raise parser.bad()
    return test


class _Parser:
    """Recursive descent; `tokens` are those that are left."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = []
        position, end = 0, len(text.rstrip())
        while position < end:
            found = _TOKEN.match(text, position)
            if found is None:
                raise self.bad()
            self.tokens.append(found[0].strip())
            position = found.end()

    def bad(self) -> ApiError:
        text = f"Invalid value for field 'filter': '{self.text}'. Invalid list filter expression."
        return ApiError(400, text, reason="invalid")

    def either(self) -> Test:
        tests = [self.both()]
        while self.tokens and self.tokens[0] == "OR":
            self.tokens.pop(0)
            tests.append(self.both())
        return lambda body: any(test(body) for test in tests)

    def both(self) -> Test:
        tests = [self.one()]
        while self.tokens and self.tokens[0] not in ("OR", ")"):
            if self.tokens[0] == "AND":
                self.tokens.pop(0)
            tests.append(self.one())
        return lambda body: all(test(body) for test in tests)

    def one(self) -> Test:
        token = self._next()
        if token == "NOT":
            inner = self.one()
            return lambda body: not inner(body)
        if token == "(":
            inner = self.either()
            if self._next() != ")":
                raise self.bad()
            return inner
        operator, wanted = self._next(), self._next()
        if token in _WORDS or operator not in _OPERATORS or wanted in _WORDS:
            raise self.bad()
        return self._clause(token, operator, _plain(wanted))

    def _next(self) -> str:
        if not self.tokens:
            raise self.bad()
        return self.tokens.pop(0)

    def _clause(self, field: str, operator: str, wanted: str) -> Test:
        if operator in ("!=", "ne"):
            same = self._clause(field, "=" if operator == "!=" else "eq", wanted)
            return lambda body: not same(body)
        if operator == "eq":
            try:
                pattern = re.compile(wanted)
            except re.error:
                raise self.bad() from None
            return lambda body: any(pattern.fullmatch(value) for value in values_at(body, field))
        if operator == ":":
            part = wanted.strip("*")
            return lambda body: any(value and part in value for value in values_at(body, field))
        if operator == "=":
            return lambda body: wanted in values_at(body, field)
        if not re.fullmatch(r"-?[0-9.]+", wanted):
            raise self.bad()
        return lambda body: any(_compares(value, operator, float(wanted)) for value in values_at(body, field))


def values_at(body: object, path: str) -> list[str]:
    """The values at a path such as `scheduling.automaticRestart` or, within a list, `allowed.ports`, as filters see
    them. One empty value when there is none."""
    if isinstance(body, list):
        return [value for item in body for value in values_at(item, path)] or [""]
    head, _, rest = path.partition(".")
    if path:
        return values_at(body.get(head) if isinstance(body, dict) else None, rest)
    if isinstance(body, bool):
        return ["true" if body else "false"]
    return ["" if body is None else str(body)]


def _plain(token: str) -> str:
    return re.sub(r'\\(["\\])', r"\1", token[1:-1]) if token.startswith('"') else token


def _compares(value: str, operator: str, wanted: float) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    return {"<": number < wanted, ">": number > wanted, "<=": number <= wanted, ">=": number >= wanted}[operator]
