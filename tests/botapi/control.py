"""Control over HTTP, for a server that runs as its own process: the person's side, faults, and what was seen."""

from collections.abc import Awaitable, Callable, Container, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.botapi.updates import Queued

if TYPE_CHECKING:
    from tests.botapi.world import World

ACTS = frozenset(
    {"says", "taps", "taps_invented", "taps_twice_with_new_ids", "shares_contact", "sends_sticker", "edits"}
    | {"blocks", "unblocks", "says_in_group"}
)
KNOBS = frozenset({"latency", "callback_window", "anti_hammer", "anyone", "time_factor"})

Handler = Callable[[Any, dict[str, Any]], Any | Awaitable[Any]]


async def act(world: "World", asked: dict[str, Any]) -> list[list[int]]:
    """Acts in order: [{"user_id": 1, "act": "says", "with": {"text": "2"}}]; returns the update ids of each."""
    caused: list[list[int]] = []
    for one in asked["acts"]:
        if one["act"] not in ACTS:
            raise LookupError(f"no such act: {one['act']}")
        done = await getattr(world.person(one["user_id"]), one["act"])(**one.get("with", {}))
        caused.append([queued.update_id for queued in (done if isinstance(done, tuple) else (done,))])
    return caused


def meet(world: "World", asked: dict[str, Any]) -> int:
    """People who have already talked to the bot."""
    for user_id in asked["user_ids"]:
        world.person(user_id, f"Người {user_id}", started=True)
    return len(world.people)


def show(world: "World", asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages that stand in a chat, of both sides or of the bot alone."""
    chat = world.chats[asked["chat_id"]]
    return [asdict(seen) for seen in chat.seen(of_bot=True if asked.get("of_bot") else None)]


def summary(world: "World", asked: dict[str, Any]) -> dict[str, Any]:
    """Counts of everything a kill loop asks about."""
    return {
        "deliveries": len(world.deliveries),
        "duplicates": [[*key, copies] for key, copies in world.log.duplicates().items()],
        "calls": len(world.calls),
        "refused": len(world.refused),
        "early_calls": len(world.early_calls),
        "peak_per_second": world.peak_per_second(),
        "waiting": len(world.updates.waiting),
        "confirmed": len(world.updates.confirmed),
        "expired": len(world.updates.expired),
        "overflowed": world.updates.overflowed,
        "answers": len(world.answers),
        "faults_struck": [fault.kind for fault in world.faults.struck],
    }


def bodies(updates: Iterable[Queued]) -> list[dict[str, Any]]:
    """Updates as the bot got them."""
    return [queued.body for queued in updates]


def turning(knobs: Container[str]) -> Handler:
    """Set knobs by name, e.g. {"latency": 0.2}."""

    def turn(world: Any, asked: dict[str, Any]) -> dict[str, Any]:
        for name, value in asked.items():
            if name not in knobs:
                raise LookupError(f"no such knob: {name}")
            setattr(world, name, value)
        return asked

    return turn


def fail(world: "World", asked: dict[str, Any]) -> int:
    """Plan a fault; returns how many are planned."""
    world.faults.add(**asked)
    return len(world.faults.planned)


def heal(world: "World", asked: dict[str, Any]) -> bool:
    """Forget all planned faults."""
    world.faults.clear()
    return True


def move(world: "World", asked: dict[str, Any]) -> float:
    """Move the server's clock; returns its new moment."""
    world.clock.forward(float(asked["seconds"]))
    return world.clock.now()


def inject(world: "World", asked: dict[str, Any]) -> int:
    """Any update at all, or the same one again."""
    if "again" in asked:
        world.redeliver(int(asked["again"]))
        return int(asked["again"])
    return world.inject(asked["kind"], asked["payload"]).update_id


HANDLERS: dict[str, Handler] = {
    "act": act,
    "meet": meet,
    "show": show,
    "summary": summary,
    "turn": turning(KNOBS),
    "fail": fail,
    "heal": heal,
    "move": move,
    "inject": inject,
    "jump": lambda world, asked: world.updates.jump_to(int(asked["update_id"])),
    "confirmed": lambda world, asked: bodies(world.updates.confirmed[int(asked.get("from", 0)) :]),
    "waiting": lambda world, asked: bodies(world.updates.waiting.values()),
    "expired": lambda world, asked: bodies(world.updates.expired),
    "deliveries": lambda world, asked: [asdict(one) for one in world.deliveries[int(asked.get("from", 0)) :]],
}


def control_routes(
    world: Any, handlers: dict[str, Handler], more: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]]
) -> list[web.RouteDef]:
    """POST /control/<verb> with a JSON object; answers {"told": …} or 400 with {"wrong": …}.

    `handlers` are the verbs of what the server remembers, `more` those of the HTTP server itself.
    """

    async def answer(request: web.Request) -> web.Response:
        try:
            asked = await request.json() if request.can_read_body else {}
            verb = request.match_info["verb"]
            told = more[verb](asked) if verb in more else handlers[verb](world, asked)
            return web.json_response({"told": await told if isinstance(told, Awaitable) else told})
        except (LookupError, TypeError, ValueError, RuntimeError) as wrong:
            return web.json_response({"wrong": f"{type(wrong).__name__}: {wrong}"}, status=400)

    return [web.post("/control/{verb}", answer)]
