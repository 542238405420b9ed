"""What all models of the Grove API share, and how they say things only Kubernetes understands."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

JSON = dict[str, Any]

MAX_ITEMS = 128
"""Bound of lists and, with the next two, of what a validation rule can cost the API server."""
MAX_NAME = 63
MAX_SUBDOMAIN = 253


class Model(BaseModel):
    """An object of the API: camel case in JSON, no conversion between types."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, strict=True, frozen=True
    )


class OpenModel(Model):
    """An object of which only the fields that matter here are described; others pass through."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"x-kubernetes-preserve-unknown-fields": True}
    )


def rule(expression: str, message: str) -> JSON:
    """Return a CEL rule of a schema; API servers before v1.25 ignore it."""
    return {"rule": expression, "message": message}


def rules(*items: JSON) -> ConfigDict:
    """Return the configuration of a model with CEL rules."""
    return ConfigDict(json_schema_extra={"x-kubernetes-validations": list(items)})


def unchanged(field: str, parent: str = "") -> JSON:
    """Return the rule that an optional field keeps its value, and its absence."""
    path = f"{parent}{field}"
    return rule(
        f"has(self.{path}) == has(oldSelf.{path}) && "
        f"(!has(self.{path}) || self.{path} == oldSelf.{path})",
        f"{path} is immutable",
    )


def unchanged_once_set(field: str) -> JSON:
    """Return the rule that an optional field keeps its value from when it is first set."""
    return rule(
        f"!has(oldSelf.{field}) || (has(self.{field}) && self.{field} == oldSelf.{field})",
        f"{field} is immutable",
    )


def map_list(key: str = "name") -> JSON:
    """Return the extension of a list whose items are identified by a key."""
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key]}


Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1, json_schema_extra={"format": "int64"})]
Count = Annotated[int, Field(ge=0, le=2**31 - 1, json_schema_extra={"format": "int32"})]
PositiveCount = Annotated[int, Field(ge=1, le=2**31 - 1, json_schema_extra={"format": "int32"})]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Name = Annotated[str, Field(max_length=MAX_NAME)]
