"""The OpenAPI 3.1 document, written from the table of paths."""

from collections.abc import Sequence
from typing import Any, Final

from bot.on_api.paths import BASE, Form, Path, Value
from bot.on_api.problems import MEDIA_TYPE
from handlers.phrases import _

VERSION: Final = "1.0.0"
_FORMS: Final[dict[Form, dict[str, Any]]] = {
    Form.CODE: {"type": "string"},
    Form.TEXT: {"type": "string"},
    Form.DAY: {"type": "string", "format": "date"},
    Form.MOMENT: {"type": "string", "format": "date-time"},
    Form.NUMBER: {"type": "integer"},
    Form.FLAG: {"type": "boolean"},
    Form.WORDS: {"type": "array", "items": {"type": "string"}},
    Form.PLACES: {"type": "array", "items": {"$ref": "#/components/schemas/Place"}},
}


def write_document(paths: Sequence[Path]) -> dict[str, Any]:
    """The document, in the language being spoken."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Nhắc Chuẩn",
            "version": VERSION,
            "description": _(
                "Read-only. What each key may see ends at its units; every request is put on record. Officials are"
                " named by their codes alone."
            ),
        },
        "servers": [{"url": BASE}],
        "security": [{"key": []}],
        "paths": {f"/{path.name}": {"get": _operation(path)} for path in paths},
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": _("A key made by the operator.")}
            },
            "schemas": {"Place": _place(), "Problem": _problem(), **{one.row_name: _shape(one.row) for one in paths}},
            "responses": _refusals(),
        },
    }


def _operation(path: Path) -> dict[str, Any]:
    shape: dict[str, Any] = {"$ref": f"#/components/schemas/{path.row_name}"}
    if path.is_list:
        shape = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": {"type": "array", "items": shape},
                "next": {
                    "type": ["string", "null"],
                    "description": _("Give it as `cursor` for the next page; null at the end."),
                },
            },
        }
    refused = {"400": "WrongParameter"} if path.asked else {}
    if any(one.name == "unit" for one in path.asked):
        refused |= {"404": "NotFound"}
    refused |= {"401": "NoKey", "429": "TooOften", "503": "OutOfService"}
    return {
        "operationId": f"read_{path.name}",
        "summary": path.summary,
        "parameters": [_parameter(one) for one in path.asked],
        "responses": {
            "200": {
                "description": path.summary,
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": shape}},
            },
            "304": {"description": _("Unchanged since the ETag given as If-None-Match.")},
            **{status: {"$ref": f"#/components/responses/{name}"} for status, name in sorted(refused.items())},
        },
    }


def _parameter(value: Value) -> dict[str, Any]:
    return {"name": value.name, "in": "query", "description": value.means, "schema": _schema(value)}


def _schema(value: Value) -> dict[str, Any]:
    schema = dict(_FORMS[value.form])
    if value.one_of:
        schema["enum"] = list(value.one_of)
    if value.bounds is not None:
        schema["minimum"], schema["maximum"] = value.bounds
    return schema


def _shape(row: Sequence[Value]) -> dict[str, Any]:
    properties = {}
    for one in row:
        schema = _schema(one)
        if one.is_optional:
            schema["type"] = [schema["type"], "null"]
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
        properties[one.name] = {**schema, "description": one.means}
    return {
        "type": "object",
        "required": [one.name for one in row],
        "properties": properties,
        "additionalProperties": False,
    }


def _place() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["document", "point"],
        "properties": {"document": {"type": "string"}, "point": {"type": ["string", "null"]}},
        "additionalProperties": False,
    }


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    }


def _refusals() -> dict[str, Any]:
    told = {
        "WrongParameter": _("A parameter is wrong; `detail` says which, and what is expected."),
        "NoKey": _("No key, or one that opens nothing; `detail` says which."),
        "NotFound": _("There is nothing of this name within the scope of the key."),
        "TooOften": _("Too many requests; `Retry-After` says for how many seconds to wait."),
        "OutOfService": _("The data is out of reach just now; try again in a minute."),
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {name: {"description": words, "content": content} for name, words in told.items()}
