"""A long text in parts, each as long as Zalo takes: cut at paragraph ends, the choices together in the last one."""

from collections.abc import Iterator

from content.message import Message

ENDS = ("\n\n", "\n", ". ", " ")  # where a text is cut, best first


def units(text: str) -> int:
    """The length in UTF-16 units: a sign outside the basic plane counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parts(message: Message, limit: int) -> list[str]:
    """The texts to send one after the other, none longer than `limit` units; nearly always one."""
    whole = message.plain()
    if units(whole) <= limit:
        return [whole]
    tail = Message("", message.choices, message.closing, message.inline).plain()
    body = list(_cut(message.text, limit))
    if tail and body and units(body[-1]) + 1 + units(tail) <= limit:
        return [*body[:-1], f"{body[-1]}\n{tail}"]
    return [*body, *_cut(tail, limit)]


def _cut(text: str, limit: int) -> Iterator[str]:
    while units(text) > limit:
        head = _head(text, limit)
        yield head.rstrip()
        text = text[len(head) :].lstrip("\n ")
    if text:
        yield text


def _head(text: str, limit: int) -> str:
    """As much as fits, up to the best end in its second half; without one, up to the last whole character."""
    most = text[:limit]
    while units(most) > limit:
        most = most[:-1]
    for end in ENDS:
        at = most.rfind(end)
        if at >= len(most) // 2:
            return most[: at + len(end)]
    return most
