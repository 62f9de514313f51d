"""Links that let one account do one thing for a while, for channels that cannot carry a file themselves.

The link is the permission: who holds it may use it. It names the account and the moment it ends, and a keyed hash of
both; the key is derived from the code secret and the purpose, so that a link for one purpose opens no other.
"""

import base64
import hmac
import re
from datetime import datetime

UPLOAD = "upload"  # the purpose of links to the page that takes one file
DOWNLOAD = "download:"  # the purpose of a link to a kept file, with the file's token behind it
SIGNED = re.compile(r"(\d{1,18})\.(\d{1,12})\.([A-Za-z0-9_-]{43})")


def sign(secret: bytes, purpose: str, account_id: int, expires_at: datetime) -> str:
    """The last part of a link, of letters, digits and ``-._`` alone."""
    said = f"{account_id}.{int(expires_at.timestamp())}"
    return f"{said}.{_seal(secret, purpose, said)}"


def download(public_url: str, secret: bytes, token: str, account_id: int, expires_at: datetime) -> str:
    """The whole link to a kept file for one account; empty when the house has no public address."""
    if not public_url:
        return ""
    return f"{public_url.rstrip('/')}/tai/{token}/{sign(secret, DOWNLOAD + token, account_id, expires_at)}"


def opened(secret: bytes, purpose: str, signed: str, now: datetime) -> int | None:
    """The account a link was signed for; None when it is forged, for another purpose, or over."""
    found = SIGNED.fullmatch(signed)
    if found is None or not signed.isascii():
        return None
    account_id, expires, seal = found.groups()
    if not hmac.compare_digest(_seal(secret, purpose, f"{account_id}.{expires}"), seal):
        return None
    return int(account_id) if now.timestamp() < int(expires) else None


def _seal(secret: bytes, purpose: str, said: str) -> str:
    key = hmac.digest(secret, f"link:{purpose}".encode(), "sha256")
    return base64.urlsafe_b64encode(hmac.digest(key, said.encode(), "sha256")).rstrip(b"=").decode()
