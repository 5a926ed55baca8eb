"""The tests' own web server: a reader who goes away leaves nothing open behind him."""

import socket
import struct
import threading

import pytest
from flask import Flask

from tests.services.processes import until
from tests.services.threaded import answering

pytestmark = pytest.mark.slow
LAST = b"0\r\n\r\n"
CUTS = struct.pack("ii", 1, 0)


class Answer:
    """A part of an answer that takes note when it is closed."""

    def __init__(self):
        self.is_closed = False

    def __iter__(self):
        yield b"x"

    def close(self):
        self.is_closed = True


def test_an_answer_is_closed_although_its_reader_cut_the_line():
    app, answer, asked, goes_on = Flask(__name__), Answer(), threading.Event(), threading.Event()

    def slowly():
        asked.set()
        goes_on.wait(10)
        return app.response_class(answer)

    app.add_url_rule("/", "slowly", slowly)
    with answering(app) as port, socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CUTS)
        line.settimeout(10)
        line.sendall(b"GET / HTTP/1.1\r\nHost: crm\r\n\r\n")
        asked.wait(10)
        line.sendall(b"and more")
        goes_on.set()
        got = b""
        while not got.endswith(LAST):
            got += line.recv(1000)
        line.close()

        until(lambda: answer.is_closed, 10)
