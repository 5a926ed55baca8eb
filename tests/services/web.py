"""The documented web server on a port of its own: killed as a whole or one worker of it, it comes back."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from random import Random

from crm.ops.serve import commands
from tests.services.processes import PYTHON, Command, descendants, free_port, status, until


class WebServer:
    """gunicorn as `crm.ops.serve` starts it; its output is in `web.log` of the folder."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self.env, self.log, self.port = env, folder / "web.log", free_port()
        self.start()

    def start(self) -> None:
        """Returns when pages answer."""
        words = [PYTHON, "-m", *commands("127.0.0.1", self.port)["web"]]
        self.command = Command(*words, env=self.env, log=self.log)
        self.command.until(lambda: status(f"http://127.0.0.1:{self.port}/healthz") == 200, 60)

    def kill(self) -> None:
        """SIGKILL for all of it at once."""
        self.command.kill()

    def kill_one_worker(self, chance: Random) -> None:
        """SIGKILL for one worker; gunicorn begets another while the rest go on."""
        worker = chance.choice(until(lambda: descendants(self.command.pid)))
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)

    def stop(self) -> None:
        if self.command.is_running:
            self.command.kill()
