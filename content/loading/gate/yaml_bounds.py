"""How much YAML a file may hold, counted as it streams past before any of it is kept."""

from typing import Any

import yaml

from content.loading.drafts import FileRefused
from content.loading.gate.bounds import CONTENT
from content.reading import DEEPEST, FAST

VALUES = 250_000  # 5,000 questions with everything have 200,000
TRICKS = 100  # anchors, aliases and tags that are still told line by line
ENTRY = 3  # how deep an entry lies: in the file, in its section, in the list
SECTIONS = 100


def check_yaml(text: str) -> None:
    """Raises FileRefused for more values, entries or sections than any file of ours. Broken YAML passes: told later."""
    values = depth = tricks = 0
    started = dict.fromkeys(range(DEEPEST + 2), 0)
    try:
        for event in yaml.parse(text, Loader=FAST):
            if isinstance(event, yaml.NodeEvent):
                values, tricks = values + 1, tricks + _is_trick(event)
                started[min(depth + 1, DEEPEST)] += 1
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                return  # told later, by line
            if values > VALUES or tricks > TRICKS or started[ENTRY - 1] > 2 * SECTIONS:
                raise FileRefused("refused.too_many_values")
            if started[ENTRY] > CONTENT.rows:
                raise FileRefused("refused.too_many_entries", limit=CONTENT.rows)
    except yaml.YAMLError:
        return


def _is_trick(event: Any) -> bool:
    return bool(event.anchor or getattr(event, "tag", None))
