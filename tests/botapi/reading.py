"""Parameters of a call, however they came: query, JSON, form or multipart."""

from typing import Any

from aiohttp import web

from tests.botapi.refusing import bad_request

Files = dict[str, tuple[str, bytes]]


async def read_call(request: web.Request) -> tuple[dict[str, Any], Files]:
    """Parameters and uploaded files. A file sent under a parameter's own name becomes `attach://name`."""
    params: dict[str, Any] = dict(request.query)
    files: Files = {}
    if request.content_type == "application/json":
        body = await read_json(request)
        params.update({name: value for name, value in body.items() if value is not None})
    elif request.can_read_body:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                files[name] = (value.filename, value.file.read())
            else:
                params[name] = value if isinstance(value, str) else bytes(value).decode()
    attached = " ".join(value for value in params.values() if isinstance(value, str))
    for name in files:
        if f"attach://{name}" not in attached:
            params[name] = f"attach://{name}"
    return params, files


async def read_json(request: web.Request) -> dict[str, Any]:
    """A JSON body, which has to be an object."""
    try:
        body = await request.json()
    except ValueError:
        raise bad_request("can't parse JSON object in request") from None
    if not isinstance(body, dict):
        raise bad_request("request must be a JSON object")
    return body
