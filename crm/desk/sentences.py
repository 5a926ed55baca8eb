"""What an entry of the record says to people: a sentence, an icon, and the text that belongs to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from crm.core import clock
from crm.core.words import Say, _, say
from crm.cultivation.words import kind_word as track_word
from crm.cultivation.words import list_reason, role_word, state_word
from crm.enterprises import phones
from crm.enterprises.facts import FACTS
from crm.imports.labels import field_label
from crm.tiers.annual import words as annual
from crm.tiers.words import tier_word, title_word
from crm.visits.rules import kinds
from crm.visits.words import kind_word


@dataclass(frozen=True)
class Sentence:
    icon: str
    what: Say
    body: str = ""


SENTENCES: dict[str, tuple[str, Say]] = {
    "enterprise.added": ("plus", say("Entered into the register")),
    "enterprise.edited": ("pencil", say("Data changed: %(fields)s")),
    "enterprise.edited_in_table": ("pencil", say("Data changed in the table: %(fields)s")),
    "enterprise.edit_undone": ("undo-2", say("Change in the table taken back: %(fields)s")),
    "enterprise.imported": ("upload", say("Data brought in by import: %(fields)s")),
    "enterprise.updated": ("upload", say("Data changed by import: %(fields)s")),
    "enterprise.moved_out": ("log-out", say("Moved out of the zone on %(on)s")),
    "enterprise.deregistered": ("archive", say("Deregistered on %(on)s")),
    "enterprise.came_back": ("house", say("Back in the zone since %(on)s")),
    "name.added": ("tag", say("Also found by the name %(name)s")),
    "name.removed": ("tag", say("No longer found by the name %(name)s")),
    "contact.added": ("user-plus", say("Contact added: %(name)s")),
    "contact.changed": ("pencil", say("Contact changed: %(name)s")),
    "contact.made_primary": ("user-check", say("%(name)s is the primary contact now")),
    "contact.removed": ("user-x", say("Contact removed: %(name)s")),
    "contact.restored": ("user-plus", say("Contact brought back: %(name)s")),
    "contact.revealed": ("eye", say("Phone number of %(name)s looked at")),
    "assignment.opened": ("user-check", say("%(to)s became the commissioner from %(on)s")),
    "assignment.ended": ("user-x", say("The assignment ended on %(on)s")),
    "assignment.handed_over": ("handshake", say("Handed over from %(before)s to %(after)s on %(on)s")),
    "assignment.changed": ("handshake", say("Handed over from %(before)s to %(after)s on %(on)s")),
    "assignment.ordered": ("calendar-clock", say("Ordered: %(to)s serves from %(on)s")),
    "assignment.order_cancelled": ("ban", say("The order for another commissioner was cancelled")),
    "standin.named": ("users", say("%(deputy)s stands in for %(official)s from %(from_on)s")),
    "standin.ended": ("users", say("%(deputy)s no longer stands in for %(official)s")),
    "liaison.set": ("star", say("Liaison leader from %(on)s: %(to)s")),
    "liaison.ended": ("star", say("No liaison leader any more from %(on)s: %(before)s")),
    "section.set": ("building-2", say("Responsible section from %(on)s: %(to)s")),
    "section.ended": ("building-2", say("No responsible section any more from %(on)s: %(before)s")),
    "tier.set": ("layers", say("Tier from %(on)s: %(tier)s")),
    "title.given": ("badge-check", say("Title held: %(title)s")),
    "title.changed": ("badge-check", say("Title changed: %(title)s")),
    "title.removed": ("badge-check", say("Title no longer held: %(title)s")),
    "figures.entered": ("table", say("Figures entered: %(period)s")),
    "figures.corrected": ("pencil", say("Figures corrected: %(period)s")),
    "figures.withdrawn": ("ban", say("Figures withdrawn: %(period)s")),
    "track.proposed": ("clock", say("%(track)s: %(state)s on %(on)s proposed, waits for confirmation")),
    "track.rejected": ("ban", say("%(track)s: %(state)s on %(on)s not confirmed")),
    "track.withdrawn": ("undo-2", say("%(track)s: %(state)s on %(on)s taken back by its proposer")),
    "track.paper_added": ("file-text", say("%(track)s: paper handed in for %(state)s: %(what)s")),
    "track.paper_removed": ("file-text", say("%(track)s: paper of %(state)s removed: %(what)s")),
    "track.step": ("check", say("%(track)s: %(state)s on %(on)s")),
    "track.baseline": ("check", say("%(track)s: %(state)s on %(on)s, taken over as it stands")),
    "track.corrected": ("pencil", say("%(track)s: the step %(state)s was corrected")),
    "track.partner_came": ("briefcase", say("%(track)s: %(partner)s came as %(role)s on %(on)s")),
    "track.partner_left": ("briefcase", say("%(track)s: %(partner)s, %(role)s, left on %(on)s")),
    "list.entered": ("scroll-text", say("On the list %(list)s from %(on)s")),
    "list.left": ("scroll-text", say("Left the list %(list)s on %(on)s")),
    "track.planned": ("calendar-clock", say("%(track)s: plan changed")),
    "track.reviewed": ("eye", say("%(track)s: reviewed while in %(state)s")),
    "merge.proposed": ("git-merge", say("Proposed to merge with %(other)s")),
    "merge.declined": ("git-merge", say("The merge with %(other)s was declined")),
    "merge.done": ("git-merge", say("Merged with %(other)s")),
    "merge.undone": ("undo-2", say("The merge with %(other)s was taken back")),
    "visit.recorded": ("map-pin", say("Visit on %(on)s")),
    "visit.planned": ("calendar", say("Visit planned for %(on)s")),
    "visit.replanned": ("calendar-clock", say("Planned visit moved from %(before)s to %(on)s")),
    "visit.edited": ("pencil", say("The visit of %(on)s was corrected")),
    "visit.voided": ("ban", say("The visit of %(on)s was voided")),
    "visit.restored": ("undo-2", say("The visit of %(on)s stands again")),
    "visit.moved_here": ("handshake", say("A visit of %(on)s was moved here from another enterprise")),
    "visit.moved_away": ("handshake", say("A visit of %(on)s was moved to another enterprise")),
    "visit.file_added": ("paperclip", say("File added: %(name)s")),
    "visit.file_removed": ("trash-2", say("File removed: %(name)s")),
    "visit.carried_over": ("map-pin", say("Last visit before this system: %(on)s")),
    "followup.added": ("bell", say("Follow-up promised for %(due_on)s")),
    "followup.done": ("check", say("Follow-up done")),
    "followup.postponed": ("clock", say("Follow-up moved to %(due_on)s")),
    "followup.moved": ("clock", say("Follow-up moved to %(due_on)s")),
    "followup.reopened": ("undo-2", say("Follow-up open again")),
    "followup.chased": ("send", say("%(to)s was asked to move on with a follow-up")),
    "visit.asked_for": ("send", say("%(to)s was asked to visit")),
    "followup.passed_on": ("handshake", say("Follow-up passed on to %(to)s")),
    "followup.cancelled": ("ban", say("Open follow-ups closed")),
}
TO_NOBODY = say("Follow-up handed back, it waits for somebody")
FOR_A_COLLEAGUE = say("Visit of %(on_behalf_of)s on %(on)s, entered for the colleague")
PLANNED_FOR_A_COLLEAGUE = say("Visit of %(on_behalf_of)s planned for %(on)s, entered for the colleague")
CONTACT = say("%(kind)s on %(on)s")
OTHER = ("activity", say("Something was recorded (%(kind)s)"))
REASONS = {
    "handed_over": say("Handed over"),
    "moved_out": say("Moved out"),
    "deregistered": say("Deregistered"),
    "merged": say("Merged"),
}
OF_A_VISIT = {
    "kind": say("How"),
    "visited_on": say("Day"),
    "met": say("Whom they met"),
    "text": say("What was talked about"),
    "leaders": say("Leader who came along"),
    "companions": say("Colleagues who came along"),
}
TEXTS = ("text", "note", "reason", "result")
PARAMETER = re.compile(r"%\((\w+)\)s")


def tell(kind: str, body: Mapping[str, Any]) -> Sentence:
    """The sentence of an entry; a kind nobody worded is named, never hidden. What the body lacks reads "--"."""
    icon, what = SENTENCES.get(kind, OTHER)
    if kind == "visit.recorded":
        what = FOR_A_COLLEAGUE if body.get("on_behalf_of") else what if _counts(body) else CONTACT
    if kind == "visit.planned" and body.get("on_behalf_of"):
        what = PLANNED_FOR_A_COLLEAGUE
    if kind == "followup.passed_on" and body.get("to") in (None, "", "--"):
        what = TO_NOBODY
    given = {key: body.get(key) for key in _parameters(what.msgid)}
    params = {key: "--" if value in (None, "") else _word(key, value) for key, value in given.items()}
    if kind not in SENTENCES:
        params["kind"] = kind
    if isinstance(body.get("changes"), Mapping):
        params["fields"] = "、".join(map(_label, body["changes"]))
    return Sentence(icon, Say(what.msgid, params), _text(body))


@cache
def _parameters(msgid: str) -> tuple[str, ...]:
    return tuple(PARAMETER.findall(msgid))


def _counts(body: Mapping[str, Any]) -> bool:
    """Is it a visit, or a call and the like, which is not told as one?"""
    known = kinds(clock.today()).get(str(body.get("kind", "")))
    return known is None or known.counts_as_visit


def _word(key: str, value: Any) -> Any:
    if key == "tier":
        return tier_word(str(value))
    if key == "kind":
        return kind_word(str(value), clock.today())
    worded = {
        "title": title_word,
        "track": track_word,
        "state": state_word,
        "role": role_word,
        "period": annual.period_word,
    }.get(key)
    return worded(str(value)) if worded else value


def _label(key: str) -> str:
    """A fact by its name on pages, a column of the roster by its head, an own field by its label."""
    if key in OF_A_VISIT:
        return str(OF_A_VISIT[key])
    return str(FACTS[key].label) if key in FACTS else field_label("roster", key)


def _value(key: str, value: Any) -> str:
    return kind_word(str(value), clock.today()) if key == "kind" else _own(value)


def _text(body: Mapping[str, Any]) -> str:
    """What somebody wrote, and old → new of changed facts."""
    lines = [_said(key, body[key]) for key in TEXTS if body.get(key)]
    changes = body.get("changes")
    if isinstance(changes, Mapping):
        pairs = [(key, pair) for key, pair in changes.items() if isinstance(pair, list) and len(pair) == 2]
        lines += [
            _("%(label)s: %(value)s", label=_label(key), value=f"{_value(key, a)} → {_value(key, b)}")
            for key, (a, b) in pairs
        ]
    return "\n".join([*lines, *annual.lines_of(body)])


def _said(key: str, value: Any) -> str:
    """What somebody wrote; reasons of the product are codes."""
    if value in REASONS:
        return str(REASONS[value])
    return list_reason(value) if key == "reason" and isinstance(value, str) else str(value)


def _own(value: Any) -> str:
    """Older entries hold phone numbers of the bureau's own columns in full: here they are masked for everybody."""
    return phones.masked_all(value) if isinstance(value, str) and phones.is_surely(value) else str(value or "--")
