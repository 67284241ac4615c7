"""
The words tables are headed with, and what stands in a column so headed.

Pages are half translated by machine: the heads of a table may be in the reader's language while its cells are not.
The languages are those the documentation is published in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from graphcancel.document_blocks import Prose

Column = Literal[
    "name",
    "header",
    "property",
    "type",
    "value",
    "description",
    "permission-type",
    "least",
    "higher",
    "scopes",
    "status",
    "reason",
    "error-code",
    "error-sentence",
    "cloud",
]

_WORDS: Final[Mapping[Column, str]] = {
    "name": "Name, Nombre, Nome, Nom, Имя, 名称, 名前, 이름, Naam",
    "header": (
        "Header, Kopfzeile, Encabezado, Cabeçalho, Intestazione, En-tête, Заголовок, 标头, ヘッダー, 헤더, Koptekst"
    ),
    "property": (
        "Parameter, Property, Parameter name, Property name, Eigenschaft, Parámetro, Parâmetro, Parametro, Paramètre, "
        "Параметр, 参数, パラメーター, 매개 변수, Propiedad, Propriedade, Proprietà, Propriété, Свойство, 属性, "
        "プロパティ, 속성, Eigenschap"
    ),
    "type": "Type, Data type, Typ, Datentyp, Tipo, Тип, 类型, 型, 種類, 형식, 유형",
    "value": "Value, Wert, Valor, Valore, Valeur, Значение, 值, 値, 값, Waarde",
    "description": (
        "Description, Beschreibung, Descripción, Descrição, Descrizione, Описание, 说明, 描述, 説明, 설명, "
        "Beschrijving, Details, Scenario"
    ),
    "permission-type": (
        "Permission type, Berechtigungstyp, Tipo de permiso, Tipo de permissão, Tipo di autorizzazione, "
        "Type d’autorisation, Тип разрешения, 权限类型, アクセス許可の種類, 사용 권한 유형"
    ),
    "least": "Least privileged permission, Least privileged permissions, Least privilege permissions",
    "higher": "Higher privileged permission, Higher privileged permissions, Higher privilege permissions",
    "scopes": "Permissions, Permission",
    "status": "HTTP code, HTTP status, HTTP status code, HTTP error code, Status code, Status",
    "reason": "HTTP error message, HTTP status message, HTTP message, Reason phrase",
    "error-code": "Error code, Code",
    "error-sentence": "Error message, Message",
}
_COLUMNS: Final[Mapping[str, Column]] = {
    word.strip().casefold(): column for column, words in _WORDS.items() for word in words.split(",")
}
_ORDERED: Final = re.compile(r"permissions? \(from (?:least|most) to (?:least|most) privileged\)")

CLOUDS: Final[Mapping[str, str]] = {
    "global": "global",
    "us government l4": "us-gov-l4",
    "us government l5": "us-gov-l5",
    "china": "china",
}
"""How the name of a cloud begins on a page, and what it is called in facts."""

TYPES: Final = frozenset(
    "boolean string int16 int32 int64 double single decimal guid binary stream date time datetime datetimeoffset "
    "timeofday duration".split()
)
"""The primitive types that tables name, lower case."""


def column(head: str) -> Column | None:
    """What stands in the column headed so; None where nothing tells."""
    word = " ".join(head.split()).casefold()
    if _ORDERED.fullmatch(word):
        return "scopes"
    if cloud(word):
        return "cloud"
    return _COLUMNS.get(word)


def is_head(text: str) -> bool:
    """Whether *text* heads a column of some table."""
    return column(text) is not None


def cloud(head: str) -> str | None:
    """The cloud whose name *head* is."""
    word = " ".join(head.split()).casefold()
    return next((name for beginning, name in CLOUDS.items() if word.startswith(beginning)), None)


def columns(head: Sequence[Prose]) -> tuple[Column | None, ...]:
    """What stands in each column of a table."""
    return tuple(column(cell.flat) for cell in head)


def is_type(text: str) -> bool:
    """Whether *text* names a primitive type, or a collection of one."""
    word = " ".join(text.split()).casefold().removeprefix("edm.")
    inner = re.sub(r"^collection\((?:edm\.)?(.*)\)$|^(.*) collection$", r"\1\2", word)
    return inner in TYPES
