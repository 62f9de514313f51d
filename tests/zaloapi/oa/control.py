"""Control over HTTP, for a server that runs as its own process: consent, faults, time, and the judge's questions."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from tests.zaloapi.oa.world import World


def summary(world: "World") -> dict[str, Any]:
    """What a kill loop asks about."""
    return {
        "issued": world.tokens.issued,
        "used": len(world.tokens.used),
        "reuses": len(world.tokens.reuses),
        "deliveries": len(world.deliveries),
        "calls": len(world.calls),
    }


def control_routes(world: "World") -> list[web.RouteDef]:
    """POST /control/<verb> with a JSON object; answers {"told": …}."""
    verbs: dict[str, Callable[[dict[str, Any]], Any]] = {
        "agree": lambda asked: world.tokens.agrees(asked["link"]),
        "issue": lambda asked: world.tokens.issue(),
        "check": lambda asked: world.tokens.check(asked["access"]),
        "move": lambda asked: world.clock.forward(float(asked["seconds"])),
        "fail": lambda asked: world.faults.add(**asked).kind,
        "summary": lambda asked: summary(world),
    }

    async def answer(request: web.Request) -> web.Response:
        asked = await request.json()
        return web.json_response({"told": verbs[request.match_info["verb"]](asked)})

    return [web.post("/control/{verb}", answer)]
