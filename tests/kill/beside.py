"""What goes on beside the kills: people who read and answer, whether the process lives or not."""

import threading
import time
from abc import abstractmethod


class Beside(threading.Thread):
    """Takes turns until told to stop; what a turn raises is raised there."""

    pause = 0.02  # seconds between two turns

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._trouble: list[BaseException] = []
        self._over = threading.Event()

    @abstractmethod
    def turn(self) -> None:
        """Look at what is new, and answer it."""

    def run(self) -> None:
        """Until told to stop."""
        try:
            while not self._over.is_set():
                self.turn()
                time.sleep(self.pause)
        except BaseException as fault:
            self._trouble.append(fault)

    def stop(self) -> None:
        """Let the turn under way end, and take no other."""
        self._over.set()
        self.join()
        if self._trouble:
            raise self._trouble[0]
