"""Joining: consent first, then the personal code, the masked name, confirmation. Strangers hear nothing else."""

from bot.conversation.talk import Talk
from bot.heard import CONTACT, TEXT, Heard
from content.fold import fold
from content.message import Message
from participation import answering, invitations, joining
from participation.joining import ConsentMissing, Joined, Locked, Match, NoMatch

HIDDEN_CODE = "••••-••••"
HELLO = ("start", "bat dau", "batdau")


def respond(talk: Talk, heard: Heard, action: str) -> Message:
    """What a person hears who is not linked yet; `action` is the choice made, if one was."""
    steps = {
        "consent:yes": agree,
        "consent:details": details,
        "consent:later": later,
        "join:yes": confirm,
        "join:no": not_me,
    }
    if action in steps:
        return steps[action](talk)
    if heard.kind == CONTACT:
        return _outcome(talk, joining.link_by_phone(talk.session, talk.account, heard.phone, talk.now))
    if heard.kind == TEXT:
        return _text(talk, heard.text)
    return welcome(talk)


def welcome(talk: Talk) -> Message:
    """First contact: who speaks, what is stored, who sees what; nothing is agreed to beforehand."""
    return Message(
        talk.words("joining.welcome", agency=talk.house.agency),
        (
            talk.choice("joining.agree", "consent:yes"),
            talk.choice("joining.details", "consent:details"),
            talk.choice("joining.later", "consent:later"),
        ),
        inline=True,
    )


def details(talk: Talk) -> Message:
    """Purpose, data, controller, retention, rights, before consent (Law 91/2025/QH15 Art. 9)."""
    return Message(
        talk.words("joining.details_text", agency=talk.house.agency, version=talk.house.consent_version),
        (talk.choice("joining.agree", "consent:yes"), talk.choice("joining.later", "consent:later")),
        inline=True,
    )


def agree(talk: Talk) -> Message:
    """Consent is noted; the code is asked for unless it came with the link."""
    joining.give_consent(talk.session, talk.account, talk.house.consent_version, talk.now)
    match = joining.pending_match(talk.session, talk.account)
    return _confirmation(talk, match) if match else talk.say("joining.ask_code", length=invitations.LENGTH)


def later(talk: Talk) -> Message:
    """Not now: nothing is kept."""
    joining.forget(talk.session, talk.account)
    return talk.say("joining.see_you")


def confirm(talk: Talk) -> Message:
    """Yes, that is me."""
    outcome = joining.confirm(talk.session, talk.account, talk.now)
    if isinstance(outcome, Joined):
        return Message(
            talk.words(
                "joining.joined",
                name=outcome.name,
                unit=outcome.unit_name,
                opens_at=answering.next_opening(talk.session),
            ),
            (talk.choice("joining.start_quiz", "say:tracnghiem"), talk.choice("joining.see_menu", "say:menu")),
            inline=True,
        )
    if isinstance(outcome, ConsentMissing):
        return welcome(talk)
    return talk.say("joining.no_match")


def not_me(talk: Talk) -> Message:
    """No, that is somebody else."""
    joining.forget(talk.session, talk.account)
    return talk.say("joining.not_me")


def without_code(text: str) -> str:
    """What was typed, with an invitation code blotted out: codes are kept as hashes alone."""
    start, separator, rest = text.rpartition(" ") if text.lower().startswith(("/start ", "start ")) else ("", "", text)
    return start + separator + HIDDEN_CODE if invitations.canonical(rest) else text


def _text(talk: Talk, text: str) -> Message:
    first, _, rest = fold(text).lstrip("/").partition(" ")
    if first == "start" and invitations.canonical(rest):
        joining.try_code(talk.session, talk.account, rest, talk.house.code_secret, talk.now)
        return welcome(talk)  # the same for every code: what came of it is told after consent
    if fold(text).lstrip("/") in HELLO or first == "start":
        return welcome(talk)
    if invitations.canonical(text):
        return _outcome(talk, joining.try_code(talk.session, talk.account, text, talk.house.code_secret, talk.now))
    if not joining.has_consented(talk.account):
        return welcome(talk)  # whatever the first words are, they deserve a greeting
    return talk.say("joining.not_a_code", length=invitations.LENGTH)


def _outcome(talk: Talk, outcome: joining.CodeOutcome) -> Message:
    if isinstance(outcome, Match):
        return _confirmation(talk, outcome) if outcome.consented else welcome(talk)
    if isinstance(outcome, Locked):
        return talk.say("joining.locked", until=outcome.until)
    if isinstance(outcome, NoMatch):
        return talk.say("joining.no_match")
    return talk.say("joining.already_linked")


def _confirmation(talk: Talk, match: Match) -> Message:
    return Message(
        talk.words("joining.confirm", name=match.masked_name, unit=match.unit_name, title=match.title),
        (talk.choice("joining.yes", "join:yes"), talk.choice("joining.no", "join:no")),
        inline=True,
    )
