"""answerInlineQuery: what a bot offers to somebody who typed its name in any chat."""

import re
from typing import Any

from tests.botapi.calls import Request, answers
from tests.botapi.editing import TOO_LATE
from tests.botapi.inline import InlineAnswer, offer
from tests.botapi.limits import INLINE_BUTTON, INLINE_ID, INLINE_RESULTS, check_markup, check_text, formatted
from tests.botapi.refusing import bad_request

START_PARAMETER = re.compile(rf"[A-Za-z0-9_-]{{1,{INLINE_BUTTON}}}")


@answers("answerInlineQuery")
def answer_inline_query(request: Request) -> bool:
    """At most 50 results, ids of 1-64 bytes that differ, in time."""
    params, world = request.params, request.world
    results = params["results"]
    if len(results) > INLINE_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    if len({str(result["id"]) for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    for result in results:
        check_result(result)
    button = checked_button(params.get("button"))
    query_id = str(params["inline_query_id"])
    user_id, asked_at = world.queries.get(query_id, (0, float("-inf")))
    if world.clock.now() - asked_at > world.callback_window:
        raise bad_request(TOO_LATE)
    offers = [offer(result) for result in results]
    cached = int(params.get("cache_time", 300))
    answer = InlineAnswer(query_id, user_id, offers, button, cached, bool(params.get("is_personal")))
    world.inline_answers.append(answer)
    return True


def check_result(result: dict[str, Any]) -> None:
    """Only articles with a text: nothing else is part of the product."""
    if result.get("type") != "article" or "message_text" not in result.get("input_message_content", {}):
        raise bad_request("can't parse inline query result: only articles with a text are known here")
    if not 1 <= len(str(result["id"]).encode()) <= INLINE_ID:
        raise bad_request("RESULT_ID_INVALID")
    if not result["title"].strip():
        raise bad_request("can't parse inline query result: article title must be non-empty")
    content = result["input_message_content"]
    text, _ = formatted(content, "message_text")
    check_text(content["message_text"], text)
    check_markup(result.get("reply_markup"))


def checked_button(button: dict[str, Any] | None) -> tuple[str, str] | None:
    """A button above the results leads to the private chat with a start parameter."""
    if button is None:
        return None
    if not button["text"].strip() or not START_PARAMETER.fullmatch(button.get("start_parameter") or ""):
        raise bad_request("START_PARAM_INVALID")
    return button["text"], button["start_parameter"]
