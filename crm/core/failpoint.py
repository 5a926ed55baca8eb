"""Named lines at which a test may end the process, to prove that nothing is lost there.

Armed only with CRM_ENV=test and TEST_FAILPOINT=name or name:n (at the n-th passage); otherwise one comparison.
"""

from __future__ import annotations

import os
import signal
from itertools import count

_armed = os.environ.get("TEST_FAILPOINT", "") if os.environ.get("CRM_ENV") == "test" else ""
_wanted, _, _nth = _armed.partition(":")
_passages = count(1)


def failpoint(name: str) -> None:
    if name == _wanted and next(_passages) == int(_nth or 1):
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
