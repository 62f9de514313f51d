"""Pages: everything the web server answers; what platforms post goes straight to its route."""

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send


class Pages(Starlette):
    """The application of all routes. A post to one of `hooks` skips middleware and router, which cost as much as it."""

    def __init__(self, hooks: Sequence[Route], pages: Sequence[BaseRoute]) -> None:
        super().__init__(routes=[*hooks, *pages])
        self._hooks: dict[str, Any] = {hook.path: hook.endpoint for hook in hooks if "POST" in (hook.methods or ())}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. What a hook raises, the web server logs and answers with 500."""
        hook = self._hooks.get(scope["path"]) if scope.get("method") == "POST" else None
        if hook is None:
            await super().__call__(scope, receive, send)
            return
        answer = await hook(Request(scope, receive))
        await answer(scope, receive, send)
