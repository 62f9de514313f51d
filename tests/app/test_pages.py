"""The application of all routes: what platforms post goes straight to its route, all else through the router."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.pages import Pages


async def take(request: Request) -> Response:
    """A hook that repeats what it was told, and fails when told to."""
    said = (await request.body()).decode()
    if said == "fail":
        raise RuntimeError("broken")
    return PlainTextResponse(said)


async def read(_request: Request) -> Response:
    """A page."""
    return PlainTextResponse("page")


def asking(*, raises: bool = True) -> httpx.AsyncClient:
    """Somebody who asks an application of one hook, one page that only shows, and one page."""
    hooks = [Route("/hook", take, methods=["POST"]), Route("/consent", read)]
    pages = Pages(hooks, [Route("/", read)])
    transport = httpx.ASGITransport(pages, raise_app_exceptions=raises)
    return httpx.AsyncClient(transport=transport, base_url="http://nep")


async def test_a_post_reaches_its_hook_and_everything_else_its_page() -> None:
    async with asking() as client:
        assert (await client.post("/hook", content="chào")).text == "chào"
        assert [(await client.get(path)).text for path in ("/", "/consent")] == ["page", "page"]


async def test_other_ways_to_ask_are_refused_as_everywhere() -> None:
    async with asking() as client:
        asked = [
            client.get("/hook"),
            client.post("/"),
            client.post("/consent"),
            client.post("/hook/"),
            client.get("/x"),
        ]
        assert [(await one).status_code for one in asked] == [405, 405, 405, 307, 404]


async def test_what_a_hook_raises_reaches_the_web_server() -> None:
    async with asking() as client:
        with pytest.raises(RuntimeError, match="broken"):
            await client.post("/hook", content="fail")
    async with asking(raises=False) as client:
        assert (await client.post("/hook", content="fail")).status_code == 500
