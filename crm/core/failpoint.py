"""Named lines at which a test may end or stop the process, to prove that nothing is lost there.

Armed only with CRM_ENV=test and TEST_FAILPOINT=name[:n[:STOP]] (at the n-th passage; STOP: until it is continued);
otherwise one comparison.
"""

from __future__ import annotations

import os
import signal
from itertools import count


def for_test(name: str, otherwise: str) -> str:
    """A variable of the environment that only a test may set."""
    return os.environ.get(name, otherwise) if os.environ.get("CRM_ENV") == "test" else otherwise


_wanted, _nth, _signal, *_ = (*for_test("TEST_FAILPOINT", "").split(":"), "", "")
_passages = count(1)


def failpoint(name: str) -> None:
    if name == _wanted and next(_passages) == int(_nth or 1):
        os.kill(os.getpid(), getattr(signal, f"SIG{_signal or 'KILL'}", signal.SIGTERM))
