"""The signature of a webhook: whether these very bytes come from Zalo.

Plain SHA-256 over application id, raw body, timestamp and the console's OA Secret Key; no HMAC, and not the app secret.
"""

import hashlib
import hmac
import re

SIGN = re.compile(rb"(?:mac=)?([0-9a-fA-F]{64})")


def is_signed(raw: bytes, header: bytes, app_id: str, stamp: str, secret_key: bytes) -> bool:
    """Whether the header fits the body; with or without ``mac=`` in front. `stamp` is the body's own timestamp."""
    found = SIGN.fullmatch(header.strip())
    want = hashlib.sha256(app_id.encode() + raw + stamp.encode() + secret_key).hexdigest()
    return found is not None and hmac.compare_digest(found[1].lower(), want.encode())
