"""Words of the register that several templates use."""

from __future__ import annotations

from flask import Flask

from crm.core.shown import wan, yuan_in_wan
from crm.core.words import _, is_english
from crm.cultivation import words as track_words
from crm.desk.enterprise_columns import STANDING
from crm.enterprises import phones
from crm.enterprises.models import Enterprise
from crm.tiers.annual import words as annual
from crm.tiers.words import due_words, tier_word, title_word
from crm.visits.words import kind_word


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        tier_word=tier_word,
        due_words=due_words,
        title_word=title_word,
        kind_word=kind_word,
        kind_of_track=track_words.kind_word,
        state_word=track_words.state_word,
        board_word=track_words.board_word,
        stay_words=track_words.stay_words,
        class_word=track_words.class_word,
        move_word=track_words.move_word,
        slipped_words=track_words.slipped_words,
        list_word=track_words.list_word,
        list_reason=track_words.list_reason,
        role_word=track_words.role_word,
        is_english=is_english,
        masked=phones.masked_all,
        masked_mail=phones.masked_mail,
        capital_words=capital_words,
        source_of_figures=annual.source_word,
        unit_of_figure=annual.unit_word,
        figure_text=annual.figure_text,
        figures_in_words=annual.in_words,
        doubt_words=annual.doubt_words,
        standing_word=lambda standing: str(STANDING[standing]),
    )


def capital_words(enterprise: Enterprise) -> str:
    """约 500 万元; the currency only when it is not yuan."""
    if enterprise.registered_capital is None:
        return ""
    amount = wan(yuan_in_wan(enterprise.registered_capital))
    if enterprise.capital_currency != "CNY":
        words = _("%(amount)s × 10,000 %(currency)s", amount=amount, currency=enterprise.capital_currency)
    else:
        words = _("%(amount)s × 10,000 yuan", amount=amount)
    return _("about %(amount)s", amount=words) if enterprise.capital_is_approximate else words
