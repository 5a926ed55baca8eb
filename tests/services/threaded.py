"""An application behind a real port of this machine, in a thread of the test."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from werkzeug.serving import make_server

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@contextmanager
def answering(app: Wsgi) -> Iterator[int]:
    """The port under which the application answers while the block lasts."""
    server = make_server("127.0.0.1", 0, whole(app), threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        serving.join()


def whole(app: Wsgi) -> Wsgi:
    """Each answer is read to its end and closed before its first byte leaves.

    Werkzeug's server forgets to close an answer whose reader goes away in the middle: a browser that leaves a page
    would leave its pictures and scripts open behind it, and the next test would be blamed for the unclosed file.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        given: Any = app(environ, start_response)
        with closing(given):
            return [b"".join(given)]

    return answer
