"""
The second gate a contract file passes: `contracts/schema.json`, and its refusals worded as a person reads them.

The lines of a run are held against a schema of their own by the same means.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from graphcancel.errors import ContractError
from graphcancel.printing import printable
from graphcancel.strict_yaml import label, read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from jsonschema.exceptions import ValidationError

WIDTH: Final = 80
"""Characters of a value that a message shows."""


def read_checked(path: Path, part: str = "") -> Any:
    """
    Read the YAML file *path* and hold it against the `schema.json` beside it.

    Args:
        path: Stands in the folder of `schema.json`.
        part: A name under the schema's `$defs`; empty for the whole, a contract file.

    Raises:
        ContractError: The file cannot be read, or the schema refuses it.
    """
    return read_against(path, schema_at(path.parent / "schema.json", part))


def read_against(path: Path, schema: Draft202012Validator) -> Any:
    """
    Read the YAML file *path* and hold it against *schema*.

    Raises:
        ContractError: The file cannot be read, or the schema refuses it.
    """
    document = read_yaml(path)
    error = best_match(schema.iter_errors(document))
    if error is not None:
        msg = f"{label(path)}: {_explain(error)}"
        raise ContractError(msg)
    return document


def schema_at(path: Path, part: str = "") -> Draft202012Validator:
    """
    The schema in the file *path*, or *part* of it: a name under its `$defs`.

    Raises:
        ContractError: The file cannot be read, or holds no such schema.
    """
    try:
        return _schema_of(path.read_text(encoding="utf-8"), part)
    except OSError as error:
        msg = f"{label(path)}: cannot be read ({error.strerror}); restore it"
    except ValueError as error:
        msg = f"{label(path)}: not a schema ({error}); restore it"
    raise ContractError(msg) from None


@lru_cache(maxsize=8)
def _schema_of(text: str, part: str) -> Draft202012Validator:
    schema = json.loads(text)
    # That it is valid JSON Schema is proved by the tests: to check it here takes as long as reading every contract.
    if not isinstance(schema, dict) or part not in {"", *schema.get("$defs", ())}:
        msg = f"no $defs.{part} in it" if part else "no object"
        raise ValueError(msg)
    if part:
        schema = {"$defs": schema["$defs"], "$ref": f"#/$defs/{part}"}
    return Draft202012Validator(schema)


def misfit(instance: Any, schema: Draft202012Validator) -> str | None:
    """Where *instance* does not fit *schema*, in one line; None where it does."""
    if schema.is_valid(instance):
        return None
    error = best_match(schema.iter_errors(instance))
    return _explain(error) if error else None


def _explain(error: ValidationError) -> str:
    """Say where, what was found and what is allowed, in one line."""
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")
    schema: Any = error.schema
    instance: Any = error.instance
    wanted: Any = error.validator_value
    found = _short(instance)
    match error.validator:
        case "additionalProperties":
            known = list(schema.get("properties", ()))
            extra = next(key for key in instance if key not in known)
            found, allowed = f"key {extra!r}", f"allowed are {', '.join(known)}{nearest(extra, known)}"
        case "required":
            missing = next(key for key in wanted if key not in instance)
            found, allowed = f"no key {missing!r}", "add it"
        case "not":
            found, allowed = f"key {wanted['required'][0]!r}", "not allowed beside the others; remove it"
        case "pattern":
            allowed = f"allowed is what matches {wanted}"
        case "enum":
            allowed = f"allowed are {', '.join(map(str, wanted))}{nearest(str(instance), [*map(str, wanted)])}"
        case "const":
            allowed = f"allowed is {wanted}"
        case "type":
            allowed = f"allowed is a value of type {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
        case _:
            allowed = f"allowed is {error.validator} {_short(wanted)}"
    return f"{place or 'top level'}: found {found}; {allowed}"


def _short(value: object) -> str:
    text = printable(" ".join((value if isinstance(value, str) else repr(value)).split()))
    quoted = f"'{text}'" if isinstance(value, str) else text
    return quoted if len(quoted) <= WIDTH else f"{quoted[: WIDTH - 1]}…"


def nearest(name: str, known: Collection[str]) -> str:
    """A hint at what *name* may have been meant to be, empty where nothing is close."""
    close = get_close_matches(name, list(known), n=1)
    return f" (nearest: {close[0]})" if close else ""
