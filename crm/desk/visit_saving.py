"""One save of the quick visit: the visit, a new contact, the follow-up, what the firm asks for; all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken
from crm.core.words import _, say
from crm.desk.visit_forms import TalkForm, VisitForm
from crm.enterprises import contacts as people
from crm.enterprises import derived, phones
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import commissioner_of
from crm.followups import services as followups
from crm.followups.queries import born_of
from crm.followups.rules import AHEAD
from crm.timeline import together
from crm.visits import services as visits
from crm.visits.models import Visit
from crm.visits.policies import ticked
from crm.visits.queries import asked_of


@dataclass(frozen=True)
class Known:
    """The firm of the form and what may be chosen there; `author`: whose visit is typed, if not one's own."""

    enterprise: Enterprise
    is_mine: bool
    names_people: bool
    author: User | None = None
    planned: Visit | None = None
    edits: bool = False
    contacts: Sequence[Any] | None = None

    def people(self) -> Sequence[Any]:
        """The contacts to choose from as plain rows: those read with the firm, else as they are now."""
        if not self.names_people:
            return []
        return people.shown(self.enterprise.id) if self.contacts is None else self.contacts


@dataclass(frozen=True)
class Saved:
    """`next_on`: the working day on which its author will be reminded."""

    visit: Visit
    is_new: bool
    next_on: date | None = None


def save(form: VisitForm, known: Known, me: User, next_words: str) -> Saved:
    """What belongs to the visit is written with it, once; `next_words`: what is to be done next time."""
    _check_next(form)
    with together(), derived.together():
        return _save(form, known, me, next_words)


def _save(form: VisitForm, known: Known, me: User, next_words: str) -> Saved:
    lock(known.enterprise)
    contact = met_person(form, known, me)
    met = form.met.data or (contact.name if contact else "")
    more = visits.More(
        author=known.author or me, leaders=form.leaders.data or "", companions=form.companions.data or "",
        policies=ticked(form.policies.data or []), no_followup=form.says_none and form.next_on is None,
        planned=known.planned,
    )  # fmt: skip
    visit, is_new = visits.record(
        known.enterprise, by=me, kind=form.kind.data or "", on=form.visited_on, met=met, is_not_met=form.is_not_met,
        contact=contact, text=form.text.data or "", client_key=form.client_key.data or "", more=more,
    )  # fmt: skip
    if is_new:
        _ask_about_next(form, known)
    elif visit.client_key == form.client_key.data:
        return Saved(visit, is_new)
    before = set() if is_new and known.planned is None else carried(visit)
    return Saved(visit, is_new, _promise(form, known, visit, me, next_words, before, is_again=not is_new))


def _check_next(form: VisitForm) -> None:
    """Words about the next time need its day."""
    if not form.followup_text.data or form.next_on is not None:
        return
    if form.says_none:
        raise RuleBroken(
            say("“No follow-up” is chosen, yet something is to be done: choose a day, or clear the words"),
            "followup_on",
        )
    raise RuleBroken(say("Choose the day of the follow-up"), "followup_on")


def _ask_about_next(form: VisitForm, known: Known) -> None:
    """Whoever leaves the next day open is asked whether none is needed, once per firm and quarter."""
    if form.next_on or form.says_none or form.request.data or not known.is_mine:
        return
    if known.enterprise.standing != Standing.ACTIVE:
        return
    if not asked_of([known.enterprise.id], clock.today()):
        raise RuleBroken(say("Is no follow-up needed? Choose a day, or press “No follow-up, save”"), "followup_on")


def met_person(form: TalkForm, known: Known, me: User) -> Any:
    """The contact chosen; a name written down becomes a contact where one may edit the firm, the same name is he."""
    phone = form.met_phone.data or ""
    if phone and (wrong := phones.problem(phone)):
        raise RuleBroken(wrong, "met_phone")
    if not form.met.data:
        if phone:
            raise RuleBroken(say("Write whose number this is"), "met")
        return next((c for c in known.people() if c.id == form.contact_id), None) if form.contact_id else None
    if not known.edits:
        return None
    same = next((c for c in people.of(known.enterprise.id) if c.name == form.met.data), None)
    if same is None:
        return people.add(known.enterprise, by=me, name=form.met.data, phone=phone)
    if phone and not phones.holds(same.phone, phone):
        people.change(same, known.enterprise, by=me, phone=f"{same.phone} / {phone}" if same.phone else phone)
    return same


def carried(visit: Visit) -> set[tuple[str, str]]:
    """What was promised with the visit: kind and words."""
    return {(each.kind, each.text) for each in db.session.scalars(born_of("visit", visit.id))}


def _promise(
    form: VisitForm, known: Known, visit: Visit, me: User, words: str, before: set[tuple[str, str]], *, is_again: bool
) -> date | None:
    """What the visit carries already is not promised a second time, nor is our own wording beside somebody's words when
    the form comes again; returns the working day of what comes next."""
    firm, author, origin, next_on = known.enterprise, known.author or me, ("visit", visit.id), None
    is_told = ("followup", words) in before or (is_again and not form.followup_text.data and "followup" in dict(before))
    if form.next_on is not None and not is_told:
        next_on = followups.add(firm, owner=author, text=words, due_on=form.next_on, by=me, origin=origin).due_on
    if form.request.data and ("request", form.request.data) not in before:
        due_on = form.next_on or clock.today() + timedelta(days=AHEAD[0])
        followups.add(
            firm, owner=_asked_of(firm, author), text=form.request.data, due_on=due_on, by=me, kind="request",
            origin=origin,
        )  # fmt: skip
    return next_on


def _asked_of(enterprise: Enterprise, author: User) -> User:
    """What a firm asks for is its commissioner's to see to, whoever heard it."""
    serving = commissioner_of(enterprise.id)
    return serving.commissioner if serving else author


def promised(visited_on: date) -> str:
    """The words of a follow-up for which nobody wrote any, in the language of its author."""
    return str(_("Follow up on the visit of %(day)s", day=visited_on.isoformat()))
