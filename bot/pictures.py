"""Pictures handed out: what is kept is the drawing, some 5 kB; it becomes a PNG when somebody fetches it.

Turning it takes some 80 ms of one core, too long for the transaction that wrote the message; a drawing is also a tenth
of the bytes to keep, and the same one for a head and the deputies is turned once.
"""

import asyncio
import logging
from dataclasses import replace

from reports.charts import png
from reports.pictures import SVG_TYPE
from store.files import Kept

PNG_TYPE = "image/png"

log = logging.getLogger(__name__)


async def developed(kept: Kept) -> Kept | None:
    """The file as it goes out: a drawing as PNG, anything else as it is. None for a drawing that cannot be turned."""
    if kept.media_type != SVG_TYPE:
        return kept
    try:
        body = await asyncio.to_thread(png, kept.body.decode())
    except ValueError:
        log.exception("a kept drawing cannot be turned into a picture")
        return None
    return replace(kept, media_type=PNG_TYPE, body=body)
