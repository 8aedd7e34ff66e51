"""Which approved template of the platform says which kind of notice, as the installation wrote it down in YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

SOURCES: Final = ("name", "title", "text", "day")
_USUAL_MOST: Final = 30


class TemplatesError(ValueError):
    """The file of templates cannot be used; the sentence says where."""


@dataclass(frozen=True, slots=True)
class TemplateValue:
    """What a parameter of a template is filled with: one of `SOURCES`, cut at so many letters."""

    source: str
    most: int


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """An approved template with its parameters."""

    id: str
    parameters: Mapping[str, TemplateValue]


def load_templates(path: Path) -> Mapping[str, MessageTemplate]:
    """Templates by kind of notice; `default` stands for every kind without its own. Raises TemplatesError."""
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TemplatesError(f"{path}: {type(error).__name__}") from None
    if not isinstance(read, dict):
        raise TemplatesError(f"{path}: expected kinds of notices with their templates")
    return {str(kind): _read_template(f"{path}: {kind}", given) for kind, given in read.items()}


def _read_template(where: str, given: Any) -> MessageTemplate:
    if not isinstance(given, dict) or not given.keys() <= {"template", "parameters"} or not given.get("template"):
        raise TemplatesError(f"{where}: expected template and parameters")
    parameters = given.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise TemplatesError(f"{where}: parameters must name what each is filled with")
    read = {str(name): _read_value(f"{where}.{name}", one) for name, one in parameters.items()}
    return MessageTemplate(str(given["template"]), read)


def _read_value(where: str, given: Any) -> TemplateValue:
    source, most = (given.get("from"), given.get("max", _USUAL_MOST)) if isinstance(given, dict) else (given, None)
    most = _USUAL_MOST if most is None else most
    if source not in SOURCES:
        raise TemplatesError(f"{where}: expected one of {', '.join(SOURCES)}")
    if not isinstance(most, int) or most < 1:
        raise TemplatesError(f"{where}: max must be a whole number")
    return TemplateValue(str(source), most)
