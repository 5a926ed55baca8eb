"""What the enterprise list shows, as its stories look at it."""


def names(page):
    """What stands in the first column, in order."""
    return ["".join(a.itertext()) for a in page.all("a") if a.get("data-open") is not None]
