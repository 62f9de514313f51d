"""Control over HTTP, for a server that runs as its own process: the person's side, faults, and what was seen."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tests.botapi.control import Handler, fail, heal, move, turning

if TYPE_CHECKING:
    from tests.zaloapi.bots.world import World

ACTS = frozenset({"says", "sends_photo", "sends_sticker", "sends_voice", "sends_unsupported", "says_in_group"})
KNOBS = frozenset({"latency", "polite", "flat", "strict", "time_factor", "pauses"})


async def act(world: "World", asked: dict[str, Any]) -> list[str]:
    """Acts in order: [{"name": "An", "act": "says", "with": {"text": "2"}}]; returns the message id of each."""
    caused: list[str] = []
    for one in asked["acts"]:
        if one["act"] not in ACTS:
            raise LookupError(f"no such act: {one['act']}")
        event = await getattr(world.bot.person(one["name"]), one["act"])(**one.get("with", {}))
        caused.append(event.body.get("message", {}).get("message_id", "") if event else "")
    return caused


def meet(world: "World", asked: dict[str, Any]) -> dict[str, str]:
    """People who have already written to the bot: their chat ids by name."""
    return {name: world.bot.person(name, started=True).chat_id for name in asked["names"]}


def summary(world: "World", asked: dict[str, Any]) -> dict[str, Any]:
    """Counts of everything a kill loop asks about."""
    return {
        "deliveries": len(world.deliveries),
        "duplicates": [[*key, copies] for key, copies in world.log.duplicates().items()],
        "calls": len(world.calls),
        "refused": world.refused,
        "waiting": len(world.bot.events.waiting),
        "handed_out": len(world.bot.events.handed_out),
        "lost": len(world.bot.events.lost),
        "is_idle": world.bot.webhook.is_idle,
        "used": world.bot.quota.used,
    }


def host(world: "World", asked: dict[str, Any]) -> dict[str, str]:
    """Where a public host name leads."""
    world.hosts |= asked
    return world.hosts


VERBS: dict[str, Handler] = {
    "act": act,
    "meet": meet,
    "summary": summary,
    "turn": turning(KNOBS),
    "host": host,
    "fail": fail,
    "heal": heal,
    "move": move,
    "deliveries": lambda world, asked: [asdict(one) for one in world.deliveries[int(asked.get("from", 0)) :]],
}
