"""The columns page: what each head was taken for, and what the person makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wtforms import BooleanField, SelectField

from crm.core.words import say
from crm.imports.forms import AS_EXTRA, NOT_READ, ColumnsForm
from crm.imports.kinds import KINDS
from crm.imports.labels import field_label
from crm.imports.models import ImportRun
from crm.imports.synonyms import EXTRA, IGNORE, vocabulary

EXTRA_KINDS = {
    "text": say("own column: text"),
    "number": say("own column: number"),
    "date": say("own column: day"),
    "choice": say("own column: choice"),
    "phone": say("own column: phone numbers"),
}


def heads(run: ImportRun) -> dict[str, dict[str, Any]]:
    """Each head once, over all sheets, with the guess and samples; running numbers are left out."""
    ignored = {code for code, field in vocabulary(run.kind).fields.items() if field.kind == "ignored"}
    found: dict[str, dict[str, Any]] = {}
    for sheet in run.sheets:
        for column in sheet.get("columns", []):
            if column["label"] and column["field"] not in ignored:
                found.setdefault(column["label"], column)
    return found


def columns_form(run: ImportRun) -> ColumnsForm:
    """A form with a select per head, as it was left the last time."""
    fields: dict[str, Any] = {}
    for place, (label, column) in enumerate(heads(run).items()):
        fields[f"col_{place}"] = SelectField(label, default=_chosen(run, label, column))
    for place, (sheet, values) in enumerate(run.options.get("offered", {}).items()):
        told = say("Sheet “%(sheet)s”: its rows belong to %(value)s", sheet=sheet, value="、".join(values.values()))
        is_on = sheet in run.options.get("defaults", run.options.get("offered", {}))
        fields[f"sheet_{place}"] = BooleanField(str(told), default=is_on)
    kept = {"enters_unknown": bool(run.options.get("enters_unknown"))}
    form: ColumnsForm = type("HeadsForm", (ColumnsForm,), fields)(data=kept)
    for field in form.columns:
        field.choices = _choices(run)
    return form


def _choices(run: ImportRun) -> list[tuple[str, str]]:
    known = [
        (code, field_label(run.kind, code))
        for code, field in vocabulary(run.kind).fields.items()
        if field.kind != "ignored"
    ]
    own = [(AS_EXTRA + kind, str(words)) for kind, words in EXTRA_KINDS.items()] if KINDS[run.kind].keeps_extras else []
    return [(NOT_READ, str(say("not read"))), *own, *known]


def _guess(column: dict[str, Any]) -> str:
    return column["field"] or NOT_READ


def _chosen(run: ImportRun, label: str, column: dict[str, Any]) -> str:
    kept, mapped = run.options.get("extras", {}).get(label), run.options.get("mapping", {}).get(label)
    if kept:
        return AS_EXTRA + str(kept)
    if (
        KINDS[run.kind].keeps_extras
        and column["field"] is None
        and label in (own := KINDS[run.kind].sheet.own_columns())
    ):
        return AS_EXTRA + own[label]
    return str(mapped) if mapped and mapped != EXTRA else _guess(column)


def wishes(run: ImportRun, form: ColumnsForm) -> dict[str, Any]:
    """The form's answers as the run keeps them: only what differs from the guess."""
    mapping: dict[str, str] = {}
    extras: dict[str, str] = {}
    for field, (label, column) in zip(form.columns, heads(run).items(), strict=True):
        chosen, guess = field.data, _guess(column)
        if chosen == NOT_READ and guess == NOT_READ and form.keep_unknown.data and KINDS[run.kind].keeps_extras:
            chosen = AS_EXTRA + (column["extra"] or "text")
        if chosen.startswith(AS_EXTRA):
            extras[label] = chosen.removeprefix(AS_EXTRA)
            mapping |= {label: EXTRA} if guess != NOT_READ else {}
        elif chosen != guess:
            mapping[label] = IGNORE if chosen == NOT_READ else chosen
    mapping |= {head: "name" for head in run.options.get("name_heads", []) if head not in mapping}
    ticked = zip(form.sheets, run.options.get("offered", {}).items(), strict=True)
    enters = {"enters_unknown": bool(form.enters_unknown.data)} if KINDS[run.kind].enters_unknown else {}
    return {
        **enters,
        "mapping": mapping,
        "extras": extras,
        "defaults": {sheet: values for field, (sheet, values) in ticked if field.data},
    }


def refuse_doubles(run: ImportRun, form: ColumnsForm) -> None:
    """Two heads of one sheet for one field, unless it may have several; each sheet has words of its own."""
    words, refused = vocabulary(run.kind), set[str]()
    chosen = {field.label.text: field for field in form.columns}
    for first, second in _pairs(run, chosen):
        known = words.fields.get(chosen[first].data)
        if known and not known.several and second not in refused:
            refused.add(second)
            form.refuse(say("“%(head)s” is read as this already", head=first), chosen[second].name)
    if not words.needs_all <= {field.data for field in form.columns}:
        form.refuse(say("Choose the column with the name"))


def _pairs(run: ImportRun, chosen: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Heads that stand side by side in a sheet and are read as the same: the first of them, and each other."""
    for sheet in run.sheets:
        first: dict[str, str] = {}
        for label in dict.fromkeys(column["label"] for column in sheet.get("columns", [])):
            if label in chosen and first.setdefault(chosen[label].data, label) != label:
                yield first[chosen[label].data], label
