"""Control over HTTP, for a server that runs as its own process: the person's side, consent, faults, and the judge's."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tests.botapi.control import Handler, fail, move

if TYPE_CHECKING:
    from tests.zaloapi.oa.world import World

ACTS = frozenset({"says", "taps"})


def summary(world: "World", asked: dict[str, Any]) -> dict[str, Any]:
    """What a kill loop asks about."""
    return {
        "issued": world.tokens.issued,
        "used": len(world.tokens.used),
        "reuses": len(world.tokens.reuses),
        "deliveries": len(world.deliveries),
        "duplicates": [[*key, copies] for key, copies in world.log.duplicates().items()],
        "calls": len(world.calls),
        "crashes": [type(crash).__name__ for crash in world.crashes],
        "is_idle": not world.acting and not world.hook.waiting,
        "enabled": world.hook.enabled,
    }


def act(world: "World", asked: dict[str, Any]) -> int:
    """One act, begun and not waited for: {"user_id": "1", "act": "taps", "with": {"title": "2"}}."""
    if asked["act"] not in ACTS:
        raise LookupError(f"no such act: {asked['act']}")
    doing = asyncio.ensure_future(getattr(world.person(asked["user_id"]), asked["act"])(**asked["with"]))
    world.acting.add(doing)
    doing.add_done_callback(world.acted)
    return len(world.acting)


def meet(world: "World", asked: dict[str, Any]) -> int:
    """People who have followed the account a moment ago."""
    for user_id in asked["user_ids"]:
        world.person(user_id, follows=True)
    return len(world.people)


def listens(world: "World", asked: dict[str, Any]) -> str:
    """Where events go from now on."""
    world.hook.url = asked["url"]
    return world.hook.url


def turn(world: "World", asked: dict[str, Any]) -> dict[str, Any]:
    """The plan's requests a minute and how many seconds an access token lasts."""
    world.budget.most = asked.get("most", world.budget.most)
    world.tokens.lasts = asked.get("lasts", world.tokens.lasts)
    return asked


VERBS: dict[str, Handler] = {
    "act": act,
    "meet": meet,
    "listens": listens,
    "tries_again": lambda world, asked: world.hook.tries_again(),
    "repeats": lambda world, asked: world.hook.again(),
    "turn": turn,
    "agree": lambda world, asked: world.tokens.agrees(asked["link"]),
    "issue": lambda world, asked: world.tokens.issue(),
    "check": lambda world, asked: world.tokens.check(asked["access"]),
    "move": move,
    "fail": fail,
    "summary": summary,
    "deliveries": lambda world, asked: [asdict(one) for one in world.deliveries[int(asked.get("from", 0)) :]],
}
