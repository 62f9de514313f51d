"""Redaction: what must never reach a log is cut out of the finished line, whoever wrote it."""

import re

from participation.invitations import ALPHABET

# No \b before the digits: in ".../bot8123:AA..." there is no word boundary between "t" and "8".
# Telegram numbers its bots with up to 14 digits, Zalo with more.
TOKEN = re.compile(r"(?<!\d)\d{5,22}(?::|%3A)[A-Za-z0-9_-]{20,}", re.IGNORECASE)
PHONE = re.compile(
    r"(?<![\w.:-])(?:\+?84|0)(?:[ .-]?\d){9}(?![\w-]|:\w)"
    r"|(?<=:)(?:\+?84|0)[35789]\d{8}(?![\w-])"  # right after a colon only in one piece: "17:08 10.11.2026" is a time
)
CODE = re.compile(
    rf"(?<![\w-])(?=.{{0,8}}[A-Za-z])(?=.{{0,8}}\d)[{ALPHABET}]{{4}}[- ]?[{ALPHABET}]{{4}}(?![\w-])",
    re.IGNORECASE,
)
START = re.compile(r"(?i)(/start |start=|code=)[A-Za-z0-9_-]{4,}")
SECRET_HEADER = re.compile(
    r"(?i)((?:secret[_-]token|access_token|refresh_token|secret_key|app_secret)[^A-Za-z0-9]{1,6})[A-Za-z0-9_-]{8,}"
)


def redacted(line: str) -> str:
    """The line with tokens, invitation codes, deep links and phone numbers replaced by what they are."""
    line = TOKEN.sub("<token>", line)
    line = SECRET_HEADER.sub(r"\1<secret>", line)
    line = START.sub(r"\1<code>", line)
    line = PHONE.sub("<phone>", line)
    return CODE.sub("<code>", line)
