"""A small HTTP client for measuring: one connection for latency, eight for throughput; bounded in count and time."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Milliseconds; `per_second` over eight connections; `size` of the body in bytes."""

    median: float
    p95: float
    per_second: float
    size: int


def measure(port: int, path: str, cookie: str = "", *, requests: int = 60, seconds: float = 2.0) -> Timing:
    sender = Sender(port, path, cookie)
    for _ in range(5):
        sender.send()
    times = sorted(sender.send() for _ in range(requests))
    return Timing(
        statistics.median(times),
        times[int(len(times) * 0.95) - 1],
        _throughput(port, path, cookie, seconds),
        sender.size,
    )


class Sender:
    """One kept-alive connection."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.path, self.headers, self.size = path, {"Cookie": cookie, "Accept-Language": "zh-CN"}, 0

    def send(self) -> float:
        """One request; returns milliseconds. Raises unless the answer is 200."""
        start = time.perf_counter()
        self.connection.request("GET", self.path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{self.path}: {answer.status}")
        self.size = len(body)
        return (time.perf_counter() - start) * 1000


def _throughput(port: int, path: str, cookie: str, seconds: float) -> float:
    done, until = [0] * 8, time.perf_counter() + seconds

    def run(number: int) -> None:
        sender = Sender(port, path, cookie)
        while time.perf_counter() < until:
            sender.send()
            done[number] += 1

    threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds
