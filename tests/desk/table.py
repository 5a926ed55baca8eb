"""Steps the stories about editing in the table share."""


def grid(page, person):
    return page.as_(person).open(
        "/enterprises?grid=1&columns=tier&columns=territory&columns=contact&columns=phone&columns=x1"
    )


def save(page, person, firm, **typed):
    grid(page, person)
    page.submit(expect=200, **{f"{firm.id}-{key}": text for key, text in typed.items()})
    page.submit(form="save-table")


def undo_form(page):
    """The undo button has no id: give the form it stands in one."""
    form = next(f for f in page.all("form") if "/undo/" in (f.get("action") or ""))
    form.set("id", "undo")
    return "undo"
