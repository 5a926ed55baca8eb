"""Web and scheduler as the two children of one process: `python -m crm.ops.serve [--host H] [--port N]`.

For the demo and for a Windows service; on Linux deploy/ gives each a unit of its own. Both children end together: on
Ctrl+C or SIGTERM (exit code 0), or when one of them ends by itself (exit code 1).
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

Children = dict[str, "subprocess.Popen[bytes]"]
GRACE = 20


def main() -> int:
    place = argparse.ArgumentParser(prog="serve")
    place.add_argument("--host", default="127.0.0.1")
    place.add_argument("--port", type=int, default=8000)
    given = place.parse_args()
    port = free_port(given.host, given.port) if os.environ.get("CRM_ENV") == "demo" else given.port
    environment = {"CRM_PUBLIC_URL": f"http://{given.host}:{port}", **os.environ}
    return supervise(commands(given.host, port), environment, given.host, port)


def commands(host: str, port: int) -> dict[str, list[str]]:
    """gunicorn does not run on Windows; there waitress serves."""
    gunicorn = ["gunicorn", "--workers=2", "--threads=4", "--no-control-socket", "--log-level=warning"]
    waitress = ["waitress", f"--listen={host}:{port}"]
    web = waitress if os.name == "nt" else [*gunicorn, f"--bind={host}:{port}"]
    return {"web": [*web, "wsgi:app"], "scheduler": ["flask", "--app", "wsgi", "run-scheduler"]}


def free_port(host: str, wanted: int) -> int:
    """The wanted port or the next free one, which is told."""
    for port in range(wanted, min(wanted + 50, 65536)):
        with suppress(OSError), socket.socket() as trial:
            if os.name != "nt":
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
            if port != wanted:
                tell(f"端口 {wanted} 已被占用,改用 {port}", f"port {wanted} is taken, using {port}")
            return port
    sys.exit(
        f"✗ {wanted} 起没有空闲端口,换一个:--port 9000\n  no free port from {wanted} on; choose another: --port 9000"
    )


def supervise(commands: dict[str, list[str]], environment: dict[str, str], host: str, port: int) -> int:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), interrupt)
    children: Children = {}
    try:
        for name, words in commands.items():
            children[name] = subprocess.Popen([sys.executable, "-m", *words], env=environment, start_new_session=True)
        announce(children, host, port)
        while running(children):
            pause(children)
        ended = "、".join(
            f"{name} ({child.returncode})" for name, child in children.items() if child.returncode is not None
        )
        tell(f"{ended} 意外结束,全部停止;原因见上面的输出", f"{ended} ended by itself: everything stops; see above")
        return 1
    except KeyboardInterrupt:
        tell("正在停止", "stopping")
        return 0
    finally:
        end(children)


def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def pause(children: Children) -> None:
    with suppress(subprocess.TimeoutExpired):
        children["web"].wait(0.2)


def running(children: Children) -> bool:
    return all(child.poll() is None for child in children.values())


def announce(children: Children, host: str, port: int) -> None:
    """Print the address as soon as the pages answer; a child that ends first is `supervise`'s to tell."""
    while running(children) and not answers(host, port):
        pause(children)
    if running(children):
        pids = " ".join(f"{name}={child.pid}" for name, child in children.items())
        tell(f"打开 http://{host}:{port} 停止按 Ctrl+C", f"open it in a browser, Ctrl+C stops it [{pids}]")


def answers(host: str, port: int) -> bool:
    web = http.client.HTTPConnection(host, port, timeout=5)
    try:
        web.request("GET", "/healthz")
        return bool(web.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        web.close()


def end(children: Children) -> None:
    """Ask both, wait, then insist; a second Ctrl+C changes nothing."""
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    for child in children.values():
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def tell(zh: str, en: str) -> None:
    print(f"· {zh} · {en}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
