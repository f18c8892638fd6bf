"""
Which resource of the stack owns which object, as far as this run has proof of it.

Equal names and equal fields prove nothing. Proof is: the engine brings the id out of the state (diff, read), or a
create of this run returned it. The ledger keeps these facts for each `Claim`, and answers four questions with a
sentence, which is empty where the answer is yes:

========  ==============================  ====================================================================
question  is asked before                 the answer is no where
========  ==============================  ====================================================================
diff      an object counts as a           another declared resource has it in the state, or took it in this run
          resource's own
read      a refresh counts it as such     another resource has it in the state too
take      a create returns its id         another resource has it, is about to replace it, or it was deleted
delete    it is deleted                   a create of this run returned it, or another declared resource has it
========  ==============================  ====================================================================

An object whose diff said "replace" may be deleted whichever URN asks: with an alias, the engine sends the diff under
the new URN and the delete under the old one. tests/provider/ownership/test_ledger.py is the whole table. Pure.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import NamedTuple

_SAID_AT_MOST = 64
"""Characters of a resource's name in a sentence."""


class Claim(NamedTuple):
    """What one resource owns alone: an object, or one thing about it (a name that is to be created, a reference)."""

    id: str
    what: str = ""
    """Empty for the object itself; else what about it, as the beginning of "… of <id>"."""

    def __str__(self) -> str:
        """Read as the subject of a sentence."""
        return f"{self.what} of {self.id}" if self.what else self.id


@dataclass
class _Facts:
    """What is known of one claim."""

    managers: set[str] = field(default_factory=set)
    """The URNs whose state has it."""
    readers: set[str] = field(default_factory=set)
    """Those of them that a refresh read."""
    replaced: bool = False
    """A diff said that it is to be replaced."""
    returned_to: str | None = None
    """The URN whose create returned it in this run, or in one that was killed."""
    deleted: bool = False
    wanted_by: str = ""
    """The URN of a resource that is to be created and declares to adopt it."""
    gone_from: set[str] = field(default_factory=set)
    """The URNs whose object a refresh of this run found absent."""


class Ledger:
    """The facts of one run. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts: dict[Claim, _Facts] = {}
        self._declared: set[str] = set()

    # ------------------------------------------------------------------------------------------ facts

    def declares(self, urn: str) -> None:
        """Note that the program declares the resource *urn*: the engine had its inputs checked."""
        with self._lock:
            self._declared.add(urn)

    def replaces(self, claim: Claim) -> None:
        """Note that the resource which has *claim* is to be replaced."""
        with self._lock:
            self._of(claim).replaced = True

    def returned(self, claim: Claim, urn: str) -> None:
        """Note that a create returned *claim* to the resource *urn*."""
        with self._lock:
            self._of(claim).returned_to = urn

    def deleted(self, claim: Claim) -> None:
        """Note that this run deleted *claim*: a list that is late may show it for a while."""
        with self._lock:
            self._facts[claim] = _Facts(deleted=True)

    def dropped(self, claim: Claim) -> None:
        """Note that this run ended what a resource did to *claim*, which exists on: another may have it now."""
        with self._lock:
            self._facts.pop(claim, None)

    def gone(self, claim: Claim, urn: str) -> None:
        """Note that a refresh found the object of the resource *urn* absent."""
        with self._lock:
            facts = self._of(claim)
            facts.gone_from.add(urn)
            facts.managers.discard(urn)
            facts.readers.discard(urn)

    def release(self, claim: Claim, urn: str) -> None:
        """Take back that *claim* was given to the resource *urn*: its create failed."""
        with self._lock:
            facts = self._of(claim)
            if facts.returned_to == urn:
                facts.returned_to = None

    # ------------------------------------------------------------------------------------------ questions

    def diff(self, claim: Claim, urn: str) -> str:
        """Note that the state has *claim* as that of the resource *urn*; say why it cannot be, if it cannot."""
        with self._lock:
            facts = self._of(claim)
            if facts.returned_to not in (None, urn):
                taker = facts.returned_to
                return (
                    f"{claim} was given to {name_of(taker)} in this run: declare it once, and remove the other from "
                    f"the state with `pulumi state delete '{taker}'`, which deletes nothing in the tenant"
                )
            if facts.wanted_by not in ("", urn) and urn in self._declared:
                other = name_of(facts.wanted_by)
                return f"{claim} is managed by this resource, and {other} declares to adopt it: declare the object once"
            other = self._declared_manager(facts, urn)
            if other and urn in self._declared:
                return _in_two_states(claim, other, urn)
            if urn:
                facts.managers.add(urn)
            return ""

    def wants(self, claim: Claim, urn: str) -> str:
        """Note that the new resource *urn* declares to adopt *claim*; say why it cannot, if that is known already."""
        with self._lock:
            facts = self._of(claim)
            other = _other(facts.managers, urn)
            if other:
                return _managed(claim, other)
            facts.wanted_by = urn
            return ""

    def read(self, claim: Claim, urn: str) -> str:
        """Note that a refresh reads *claim* as that of the resource *urn*; say why it cannot be, if it cannot."""
        with self._lock:
            facts = self._of(claim)
            other = _other(facts.readers, urn)
            if other and urn:
                return _in_two_states(claim, other, urn)
            if urn:
                facts.managers.add(urn)
                facts.readers.add(urn)
            return ""

    def take(self, claim: Claim, urn: str) -> str:
        """Give *claim* to the resource *urn*, which is being created; say why it cannot have it, if it cannot."""
        with self._lock:
            facts = self._of(claim)
            if facts.deleted:
                return f"{claim} was deleted in this run"
            if facts.returned_to is not None and (facts.returned_to != urn or not urn):
                return f"{claim} was given to {name_of(facts.returned_to)} in this run: declare it once"
            if facts.replaced:
                return f"{claim} is about to be deleted, for its resource is replaced"
            other = _other(facts.managers, urn)
            if other:
                return _managed(claim, other)
            facts.returned_to = urn
            return ""

    def delete(self, claim: Claim, urn: str) -> str:
        """Say why the resource *urn* must not delete *claim*, if it must not; then it no longer manages it either."""
        with self._lock:
            facts = self._of(claim)
            if facts.returned_to is not None:
                facts.managers.discard(urn)
                return f"{claim} was created or adopted for {name_of(facts.returned_to)}, so it was not deleted"
            other = self._declared_manager(facts, urn)
            if other and not facts.replaced:
                facts.managers.discard(urn)
                return f"{claim} is managed by {name_of(other)} of this stack, so it was not deleted"
            return ""

    def manager(self, claim: Claim, but: str) -> str:
        """Return the URN of a declared resource, other than *but*, that owns *claim*; empty if none is known."""
        with self._lock:
            facts = self._of(claim)
            if facts.returned_to not in (None, but):
                return str(facts.returned_to)
            return self._declared_manager(facts, but)

    def undeclared_manager(self, claim: Claim, but: str) -> str:
        """Return the URN of a resource, other than *but*, that has *claim* in the state and was not declared so far."""
        with self._lock:
            others = self._of(claim).managers - self._declared - {but}
            return min(others, default="")

    def is_gone(self, claim: Claim, urn: str) -> bool:
        """Tell whether *claim* was that of the resource *urn*, and a refresh of this run found it absent."""
        with self._lock:
            return urn in self._of(claim).gone_from

    def is_deleted(self, claim: Claim) -> bool:
        """Tell whether this run deleted *claim*."""
        with self._lock:
            return self._of(claim).deleted

    def is_replaced(self, claim: Claim, urn: str) -> bool:
        """Tell whether *claim* is that of the resource *urn*, whose diff said that it is to be replaced."""
        with self._lock:
            facts = self._of(claim)
            return facts.replaced and urn in facts.managers

    def _of(self, claim: Claim) -> _Facts:
        return self._facts.setdefault(claim, _Facts())

    def _declared_manager(self, facts: _Facts, but: str) -> str:
        return _other(facts.managers & self._declared, but)


def _other(urns: set[str], urn: str) -> str:
    return min(urns - {urn}, default="")


def _managed(claim: Claim, other: str) -> str:
    return (
        f"{claim} is managed by {name_of(other)} of this stack: declare it once; if that entry was renamed, declare "
        f"`renamed_from: {other.rpartition('::')[2]}` instead"
    )


def _in_two_states(claim: Claim, other: str, urn: str) -> str:
    return (
        f"{claim} is in the state of two resources, {name_of(other)} and {name_of(urn)}: keep one of them, and remove "
        f"the other from the state with `pulumi state delete '{urn}'`, which deletes nothing in the tenant"
    )


def name_of(urn: str | None) -> str:
    """Return the name that the program gave the resource *urn*, in quotes; for a URN that is unknown, say so."""
    name = (urn or "").rpartition("::")[2]
    return f'"{name[:_SAID_AT_MOST]}"' if name else "another resource"
