"""`python -m tests.services`: find or install what the tests need, and say what was found."""

import os
import sys

from tests.services import chromium, postgres_binaries
from tests.services.packages import Missing


def main() -> None:
    chromium.ensure_chinese_font()
    print(f"· Chromium: {chromium.executable()}")
    given = os.environ.get("TEST_PG_URL")
    print(f"· PostgreSQL: {'TEST_PG_URL' if given else postgres_binaries.ensure().folder}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except Missing as missing:
        sys.exit(f"✗ {missing}")
