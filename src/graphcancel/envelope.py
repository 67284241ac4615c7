"""
The error envelope as the conventions describe it, as a function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from graphcancel.contract import Contract


def envelope_check(conventions: Contract | None) -> Callable[[Any], str | None]:
    """
    A function that says what is wrong with a refusal's body, None where nothing is.

    What it says names places of the envelope, never values: a body may carry anything.
    """
    if conventions is None:
        return lambda _: None
    schema = conventions.document["components"]["schemas"]["error"]
    validator = Draft202012Validator(schema)

    def problem(body: Any) -> str | None:
        if body is None:
            return "the body is no JSON"
        error = best_match(validator.iter_errors(body))
        if error is None:
            return None
        place = ".".join(str(part) for part in error.absolute_path) or "the body"
        if error.validator == "required":
            missing = [name for name in error.validator_value if name not in error.instance]
            return f"{place} lacks {', '.join(missing)}"
        return f"{place} breaks {error.validator}"

    return problem
