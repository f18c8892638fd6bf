"""
Exactly one object, whatever breaks.

Names are not unique in Intune and a POST is not idempotent, so a create trusts neither:

1. It asks the journal of this machine first: what a killed run created for this very resource is used, not created
   again (`provider.kinds.recognition`).
2. It looks before it posts, in the list that serves all reads. An object of the same kind and name that is not proven
   to be another resource's of this stack is refused, with its id and the line to declare. Equal fields prove nothing.
3. It never repeats a POST blindly. Where no answer says whether it worked, it waits, looks for an object that has the
   body it sent, did not exist before and belongs to no other resource, and uses exactly one. Several, or none where one
   may still appear, is an OutcomeUnknown: an error that says how to go on, and loses nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from provider.errors import (
    AdoptionError,
    Conflict,
    GraphError,
    IntuneError,
    OutcomeUnknown,
    Rejected,
    ServerFault,
    Unauthenticated,
    UnexpectedAnswer,
    Unreachable,
)
from provider.kinds.creation import Creation
from provider.kinds.recognition import only_one, recognise
from provider.odata import is_object
from provider.ownership.journal_entry import stack_of
from provider.ownership.ledger import Claim, name_of

Json = dict[str, Any]
_REFUSED = {401, 429, 503}  # the service says that it did not do it
_SETTLING = 5.0
"""Seconds that are given to what a service did although it refused it, before the POST is sent again."""
_AGAIN = "Run `pulumi up` again on this machine: it is used if it exists by then, and created if not"
_SECONDS_FOR_THE_ENGINE = 2.0
"""Seconds within which the engine has brought the resource that owns a namesake, if it does not depend on this one."""


class Made(NamedTuple):
    """What a create came to."""

    live: Json
    fresh: bool
    """Whether it is new; else an interrupted run created it."""
    settling: float = 0.0
    """Seconds for which others may still appear that refused attempts created."""


def create_once(creation: Creation) -> Made:
    """
    Create the object that *creation* declares.

    Raises AdoptionError: the name is taken. OutcomeUnknown: it is unknown whether the object was created.
    """
    noun, ledger = creation.entity.noun, creation.tenant.ledger
    name = Claim(creation.name, creation.entity.odata_type)
    if ledger.take(name, creation.urn):
        raise AdoptionError(
            f"another resource of this program already creates a {noun} of this display_name: "
            "declare it once, or give one of them another display_name"
        )
    try:
        known = recognise(creation)
        if known is not None:
            return Made(known, fresh=False)
        _refuse_namesakes(creation)
        post = _Post(creation)
        live = post.send()
    except IntuneError:
        ledger.release(name, creation.urn)
        raise
    creation.tenant.journal.created(creation.urn, str(live["id"]))
    return Made(live, fresh=True, settling=post.settling)


def _refuse_namesakes(creation: Creation) -> None:
    """Refuse to create beside an object of the same name, unless it is known to be another resource's of this stack."""
    tenant, urn = creation.tenant, creation.urn
    for one in creation.namesakes(creation.listing):
        claim = Claim(str(one["id"]))
        if tenant.ledger.is_deleted(claim) or tenant.ledger.is_replaced(claim, urn):
            continue  # a list that is late, or the option retain_on_delete

        def manager(claim: Claim = claim) -> str | None:
            return tenant.ledger.manager(claim, urn) or None

        # Its own resource, whose name is about to change, may only be diffed after this create has begun.
        found = tenant.client.poll(manager, _SECONDS_FOR_THE_ENGINE, f"waiting to learn which resource has {claim}")
        if found is None and creation.get(claim.id) is not None:
            tenant.journal.refused(creation.intent(()))
            raise AdoptionError(_taken(creation, claim))


def _taken(creation: Creation, claim: Claim) -> str:
    """Say that *claim* has the name, whose it is as far as that is known, and what to declare."""
    urn, tenant = creation.urn, creation.tenant
    there = f"the tenant already has an object of this display_name ({creation.entity.noun} {claim})"
    other, owner = tenant.ledger.undeclared_manager(claim, urn), tenant.journal.creator(claim.id, urn)
    if stack_of(owner) == stack_of(urn):  # an entry of this very stack
        other = other or owner
    if other:
        old = other.rpartition("::")[2]
        return (
            f"{there}, which is {name_of(other)} of this stack: if that entry was renamed, declare "
            f"`renamed_from: {old}` (in a program, aliases); if only its display_name changes, apply that first; if it "
            f"is no longer declared, run `pulumi destroy --target '{other}'` first"
        )
    created = f", created on this machine for {name_of(owner)} of stack {owner.split('::')[0][11:]}" if owner else ""
    return (
        f"{there}{created}, and nothing proves that this resource created it: "
        f'declare adopt="{claim}" to manage it here, or choose another display_name. If another entry of this stack '
        "has it already, apply that entry first; if this entry was renamed, declare `renamed_from: <its old key>`; if "
        "a run was killed on another machine, run `python -m stacks recover`"
    )


class _Post:
    """The POST of one object, sent until it is known to have worked, once."""

    def __init__(self, creation: Creation) -> None:
        self._creation = creation
        self._tenant = creation.tenant
        listed = list(creation.listing)
        self._known = {str(one["id"]) for one in listed}
        self._before = [str(one["id"]) for one in creation.namesakes(listed)]
        self._bound = creation.entity.bindings(creation.tenant, creation.inputs)
        self._attempt = 1
        self._waited = 0.0
        self._renewed = False
        self._doubted, self.settling = False, 0.0

    def send(self) -> Json:
        """Send it, and return what it created."""
        while True:
            path = self._creation.entity.collection.path
            self._entry = self._creation.intent(self._before)
            self._tenant.journal.intend(self._entry)
            try:
                return _created(path, self._tenant.client.post(path, self._creation.body(self._bound)))
            except GraphError as error:
                found = self._found_after(error)
                if found is not None:
                    return found
            except IntuneError:  # no token, or no engine: nothing was sent
                self._forget_intent()
                raise

    def _found_after(self, error: GraphError) -> Json | None:
        """
        Find out what became of a POST that ended in *error*: the object it created, or None if it may be sent again.

        Raises OutcomeUnknown: it may have worked, and nothing can be found. GraphError: it did not work, for good.
        """
        if isinstance(error, Unreachable) and not error.sent:
            if not self._wait(error):
                self._give_up(error)
            return None
        if error.status in _REFUSED:
            return self._found_after_refusal(error)
        if isinstance(error, ServerFault | Unreachable | UnexpectedAnswer):
            found = self._look_for(self._tenant.client.settings.consistency_timeout, error)
            if found is None:
                raise OutcomeUnknown(f"{self._unanswered(error)}, and it did not appear since. {_AGAIN}") from None
            return found
        found = self._look_for(0, error)
        if found is None and isinstance(error, Rejected) and self._bound:
            self._bound = {}  # no page promises that the POST takes the reference: it is set by its own route then
            return None
        return found or self._give_up(error)

    def _found_after_refusal(self, error: GraphError) -> Json | None:
        """Wait, as the service asked for, and look: gateways refuse what the service did all the same."""
        before = self._waited
        again, self._doubted = self._renew() if isinstance(error, Unauthenticated) else self._wait(error), True
        settling = min(_SETTLING, self._tenant.client.settings.consistency_timeout)
        self.settling = max(0.0, settling - (self._waited - before))
        found = self._look_for(self.settling, error)
        return found if found is not None or again else self._give_up(error)

    def _wait(self, error: GraphError) -> bool:
        """Wait before the next attempt; False where there is none to make."""
        seconds = self._tenant.client.pause(error, self._attempt, self._waited)
        self._attempt, self._waited = self._attempt + 1, self._waited + (seconds or 0.0)
        return seconds is not None

    def _renew(self) -> bool:
        """Tell whether another token may help: the client has a fresh one by now, once."""
        renewed, self._renewed = self._renewed, True
        return not renewed

    def _give_up(self, error: GraphError) -> Json:
        """Raise *error*, explained."""
        self._forget_intent()
        if isinstance(error, Conflict):
            raise _already_there(self._creation, error) from None
        raise error

    def _forget_intent(self) -> None:
        """Drop the entry of the journal, unless an earlier attempt may still have worked."""
        if not self._doubted:
            self._tenant.journal.forget(self._creation.urn)

    def _look_for(self, seconds: float, error: GraphError) -> Json | None:
        """Look for what the POST created, for so many *seconds*."""
        try:
            return self._tenant.client.poll(self._look, seconds)
        except GraphError as failed:
            raise OutcomeUnknown(f"{self._unanswered(error)}, and looking for it failed: {failed}") from None

    def _look(self) -> Json | None:
        """Look by the list, confirmed by the id, and take it."""
        creation, tenant = self._creation, self._tenant
        fresh = (one for one in tenant.pages(creation.named) if str(one["id"]) not in self._known)
        found = only_one(creation.candidates(self._entry, fresh))
        if found is None or creation.get(str(found["id"])) is None:
            return None
        return None if tenant.ledger.take(Claim(str(found["id"])), creation.urn) else found

    def _unanswered(self, error: GraphError) -> str:
        error.remedy = ""  # what to do is said for the create as a whole
        return f"it is unknown whether the object was created: {error}"


def _created(path: str, answer: Json) -> Json:
    if not is_object(answer):
        raise UnexpectedAnswer("POST", path, message="the answer does not say what was created")
    return answer


def _already_there(creation: Creation, conflict: Conflict) -> IntuneError:
    """Explain a 409: the tenant takes only one of these, and has one."""
    entity = creation.entity
    there = [f'"{one.get("displayName")}" ({one["id"]})' for one in creation.listing if entity.is_one(one)]
    if not there:
        return conflict
    return AdoptionError(
        f"Graph refuses another {entity.noun} ({conflict.message or conflict.status}); the tenant has "
        f"{', '.join(there)}: if that is another entry of this stack, keep its key and change its fields (a changed "
        "issuer replaces it); else declare adopt with its id to manage it here, or delete it first"
    )
