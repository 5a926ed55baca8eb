"""A small HTTP client for measuring: one connection for latency, eight for throughput; bounded in count and time."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Milliseconds; `per_second` over eight connections; `size` of the body in bytes."""

    median: float
    p95: float
    per_second: float
    size: int


Target = str | Callable[[], tuple[str, str]]
"""A path to get, or what gives the path and the body of the next form."""


def measure(
    ports: tuple[int, int], paths: tuple[Target, Target], cookie: str, *, requests: int = 150
) -> tuple[Timing, Timing]:
    """Ours and the floor in turns, so that whatever else the machine does meets both alike."""
    senders = [Sender(port, path, cookie) for port, path in zip(ports, paths, strict=True)]
    for sender in senders * 10:
        sender.send()
    times = [[sender.send() for sender in senders] for _ in range(requests)]
    ours, floor = (_timing(sender, sorted(own)) for sender, own in zip(senders, zip(*times, strict=True), strict=True))
    return ours, floor


def _timing(sender: Sender, times: list[float]) -> Timing:
    per_second = _throughput(sender.port, sender.target, sender.headers["Cookie"], 2.0)
    return Timing(statistics.median(times), times[int(len(times) * 0.95) - 1], per_second, sender.size)


class Sender:
    """One kept-alive connection."""

    def __init__(self, port: int, target: Target, cookie: str) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.target, self.size = target, 0
        self.headers = {"Cookie": cookie, "Accept-Language": "zh-CN"}

    def send(self) -> float:
        """One request; returns milliseconds. Raises unless the answer is 200, or 303 for a form."""
        method, (path, form), kind = "GET", (self.target, None), {}
        if not isinstance(self.target, str):
            method, (path, form), kind = "POST", self.target(), {"Content-Type": "application/x-www-form-urlencoded"}
        start = time.perf_counter()
        self.connection.request(method, path, form, {**self.headers, **kind})
        answer = self.connection.getresponse()
        body = answer.read()
        if method == "GET" and (fresh := answer.headers.get("Set-Cookie")):
            self.headers["Cookie"] = fresh.split(";")[0]  # as a browser does; what a form leaves for its next page not
        if answer.status != (200 if method == "GET" else 303):
            raise RuntimeError(f"{path}: {answer.status}")
        self.size = len(body)
        return (time.perf_counter() - start) * 1000


def _throughput(port: int, target: Target, cookie: str, seconds: float) -> float:
    done, until = [0] * 8, time.perf_counter() + seconds

    def run(number: int) -> None:
        sender = Sender(port, target, cookie)
        while time.perf_counter() < until:
            sender.send()
            done[number] += 1

    threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds
