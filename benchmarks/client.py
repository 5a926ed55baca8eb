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


def measure(
    ports: tuple[int, int], paths: tuple[str, str], cookie: str, *, requests: int = 150
) -> tuple[Timing, Timing]:
    """Ours and the floor in turns, so that whatever else the machine does meets both alike."""
    senders = [Sender(port, path, cookie) for port, path in zip(ports, paths, strict=True)]
    for sender in senders * 10:
        sender.send()
    times = [[sender.send() for sender in senders] for _ in range(requests)]
    ours, floor = (_timing(sender, sorted(own)) for sender, own in zip(senders, zip(*times, strict=True), strict=True))
    return ours, floor


def _timing(sender: Sender, times: list[float]) -> Timing:
    per_second = _throughput(sender.port, sender.path, sender.headers["Cookie"], 2.0)
    return Timing(statistics.median(times), times[int(len(times) * 0.95) - 1], per_second, sender.size)


class Sender:
    """One kept-alive connection."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.path, self.headers, self.size = path, {"Cookie": cookie, "Accept-Language": "zh-CN"}, 0

    def send(self) -> float:
        """One request; returns milliseconds. Raises unless the answer is 200."""
        start = time.perf_counter()
        self.connection.request("GET", self.path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if fresh := answer.headers.get("Set-Cookie"):
            self.headers["Cookie"] = fresh.split(";")[0]  # as a browser does
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
