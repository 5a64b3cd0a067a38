"""The body of a call: JSON, a form, or a form with files."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

_PARAMETER = re.compile(r';\s*([\w*]+)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Upload:
    """One file of a form."""

    name: str
    mime: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Form:
    """The fields and the files of one call."""

    fields: dict[str, Any] = field(default_factory=dict, repr=False)
    files: dict[str, Upload] = field(default_factory=dict, repr=False)


async def read(request: Request) -> Form:
    """Return what a request carries; raise ValueError when its body is broken.

    Fields of a form are strings; those of a JSON body keep their types.
    """
    fields: dict[str, Any] = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not body:
        return Form(fields)
    if kind == "application/json":
        value = json.loads(body)
        if not isinstance(value, dict):
            raise ValueError("the body is no JSON object")
        return Form(fields | value)
    if kind == "multipart/form-data":
        form = parse_multipart(body, request.headers["content-type"])
        return Form(fields | form.fields, form.files)
    return Form(fields | dict(parse_qsl(body.decode(), keep_blank_values=True)))


def parse_multipart(body: bytes, content_type: str) -> Form:
    """Cut a multipart body (RFC 7578) into fields and files; raise ValueError without a boundary."""
    match = re.search(r'boundary="?([^";]+)"?', content_type)
    if match is None:
        raise ValueError("the body has no boundary")
    form = Form()
    for part in (b"\r\n" + body).split(b"\r\n--" + match[1].encode())[1:]:
        head, separator, data = part.partition(b"\r\n\r\n")
        if separator:
            _take(form, head.decode(), data)
    return form


def _take(form: Form, head: str, data: bytes) -> None:
    headers = {}
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    parameters = dict(_PARAMETER.findall(headers.get("content-disposition", "")))
    name = parameters.get("name", "")
    if "filename" in parameters:
        mime = headers.get("content-type", "application/octet-stream")
        form.files[name] = Upload(parameters["filename"], mime, data)
    else:
        form.fields[name] = data.decode()
