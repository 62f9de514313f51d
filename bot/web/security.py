"""What keeps strangers out of a page: response headers, the visitor's cookie, same-origin posts."""

import hashlib
import re
import secrets
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HSTS = "max-age=31536000"
VISITOR_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes
VISITOR_DAYS = 180


class SecureHeaders:
    """Adds the headers to every response of a route. Pages and talk are never stored; files are asked for anew."""

    def __init__(self, app: ASGIApp, secure: bool, caching: str = "no-store") -> None:
        self._app = app
        self._headers = HEADERS | {"Cache-Control": caching} | ({"Strict-Transport-Security": HSTS} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, send_with_headers)


def visitor_address(request: Request, secure: bool) -> str | None:
    """The chat address behind the cookie. The store sees only a hash, so reading the store opens nobody's chat."""
    token = request.cookies.get(_cookie_name(secure), "")
    return hashlib.sha256(token.encode()).hexdigest()[:32] if VISITOR_TOKEN.fullmatch(token) else None


def remember_visitor(request: Request, response: Response, secure: bool) -> None:
    """Give a new visitor a token; a known one keeps theirs for longer."""
    known = visitor_address(request, secure) is not None
    token = request.cookies[_cookie_name(secure)] if known else secrets.token_urlsafe(32)
    response.set_cookie(
        _cookie_name(secure),
        token,
        max_age=VISITOR_DAYS * 86_400,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def from_our_page(request: Request) -> bool:
    """Whether a post was made by a page of ours; browsers say where a request comes from and pages cannot forge it."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host")


def _cookie_name(secure: bool) -> str:
    return "__Host-nep" if secure else "nep"
