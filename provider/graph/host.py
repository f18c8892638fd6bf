"""What the client tells the process that it runs in, and asks it. By itself it is one without an engine."""

from __future__ import annotations

from provider.ownership.journal import Journal
from provider.ownership.journal_file import OFF
from provider.ownership.ledger import Ledger


class Host:
    """The process around the client, and what it knows of the run. Shared between threads."""

    def __init__(self, ledger: Ledger | None = None, journal: Journal | None = None) -> None:
        self.ledger = ledger or Ledger()
        self.journal = journal or Journal(OFF, "")

    def show_status(self, message: str) -> None:
        """Show what the call at hand waits for."""

    def log_for_run(self, message: str) -> None:
        """Say something about the run as a whole, such as that Graph's quota delays it."""

    def before_write(self) -> None:
        """Let a write be sent. Raises EngineGone: the engine has ended, and nothing would record the write."""

    def writes_ahead(self) -> int:
        """Return how many resources are still to be written, as far as is known."""
        return 0

    def on_first_own_request(self) -> None:
        """Take note that a call waits for requests of its own. Told once, in the thread of that call."""
