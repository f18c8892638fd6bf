"""
Which derived credential a profile uses: the reference `derivedCredentialSettings`.

No documentation shows a value for it. What is sent follows the portal's own metadata and the sibling references of the
same collection: ``derivedCredentialSettings@odata.bind`` with an absolute address on the tenant's own cloud when the
profile is created, ``PUT …/derivedCredentialSettings/$ref`` afterwards. A plain GET of the profile never echoes it, so
it is read through the path of its type; and because the value is unproven, every write of it is read back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provider.device_configurations.prefetch import Prefetch
from provider.errors import GraphError, NotFound, UnexpectedAnswer, WriteIgnored
from provider.kinds.relationship import DELETED_MEANWHILE, Json, ObjectRef, Relationship, Step, is_deleted
from provider.odata import Answer, Collection, is_object

if TYPE_CHECKING:  # a program must not load the HTTP library
    from provider.graph.tenant import Tenant

DERIVED_CREDENTIALS = Collection("/deviceManagement/derivedCredentials")
"""The collection that the reference points into."""

DERIVED_CREDENTIALS_PERMISSIONS = (
    "DeviceManagementServiceConfig.ReadWrite.All",
    "DeviceManagementConfiguration.ReadWrite.All",
)
"""
The permissions of which one is needed to write there. Microsoft's pages disagree: create names the first, update the
second; see docs/decisions.md.
"""

NAVIGATION = "derivedCredentialSettings"
"""The reference, as a path segment below a profile."""


class CredentialReference(Relationship):
    """The reference from a profile to the derived credential it uses."""

    field = "derived_credential_settings_id"
    claim = "the derived credential"

    def create_body(self, tenant: Tenant, value: Any) -> Json:
        """Bind in the creating POST."""
        return {f"{NAVIGATION}@odata.bind": _address(tenant, value)}

    def after_create(self, tenant: Tenant, owner: ObjectRef, value: Any) -> Step | None:
        """Ask whether the creating POST did bind; the second step binds by the other route if it did not."""
        if not value:
            return None
        path = _path(owner)
        answer = tenant.get_batched(path)

        def bind_unless_bound() -> None:
            if target_of(answer.result(), path) != value:
                self.write(tenant, owner, value)

        return bind_unless_bound

    def read(self, tenant: Tenant, owner: ObjectRef, live: Json) -> Any:  # noqa: ARG002 - a profile does not show it
        """Return the id that the reference points to. The first to ask has all profiles of the type asked at once."""
        references = tenant.once(
            ("references", owner.odata_type), lambda: Prefetch(tenant, owner, path=_path, read=target_of)
        )
        return references.get(owner.id)

    def write(self, tenant: Tenant, owner: ObjectRef, value: Any) -> None:
        """
        Point the reference to *value*, or remove it, and make sure that it does.

        Raises WriteIgnored: Graph accepted the write and shows another reference.
        """
        path = f"{_path(owner)}/$ref"
        method = "PUT" if value else "DELETE"
        if value:
            # Intune has answered 500 to this PUT although it took effect: look before repeating it.
            try:
                tenant.client.put(
                    path, {"@odata.id": _address(tenant, value)}, settled=lambda: reference(tenant, owner) == value
                )
            except NotFound as error:
                missing = f"The profile exists, so the derived credential {value} does not: correct or remove it"
                error.remedy = DELETED_MEANWHILE if is_deleted(tenant, owner) else missing
                raise
        else:
            _remove(tenant, path)
        shown = "does not show it" if value else "still shows it"
        ignored = f"Graph accepted the change of the reference but {shown}"
        tenant.confirm(lambda: reference(tenant, owner) == value, WriteIgnored(method, path, message=ignored))


def _path(owner: ObjectRef) -> str:
    """Return the path that reads the reference of a profile: only through its type does Graph have one."""
    return f"{owner.cast_path}/{NAVIGATION}"


def _address(tenant: Tenant, id_: str) -> str:
    """Return the absolute address of the credential, on the cloud of the stack: another cloud's host is refused."""
    return f"{tenant.client.root}{DERIVED_CREDENTIALS.item(id_)}"


def _remove(tenant: Tenant, path: str) -> None:
    try:
        tenant.client.delete(path)
    except NotFound:
        return


def reference(tenant: Tenant, owner: ObjectRef) -> str | None:
    """Ask where the reference of one profile points; None where it is not set."""
    return target_of(tenant.get_batched(_path(owner)).result(), _path(owner))


def target_of(answer: Answer, path: str) -> str | None:
    """
    Read where a reference points from what Graph answered to a GET of it, at *path*.

    All forms are understood: the object bare or wrapped in ``value``, and a reference that is not set as 404, as 204
    or as null. Raises the GraphError that it is given, unless that is a NotFound, and UnexpectedAnswer where the
    answer is of no such form: that is no proof that nothing is set.
    """
    if isinstance(answer, NotFound) or answer is None:
        return None
    if isinstance(answer, GraphError):
        raise answer
    settings = answer["value"] if "value" in answer and "id" not in answer else answer
    if settings is None:
        return None
    if not is_object(settings):
        raise UnexpectedAnswer("GET", path, message="the answer is no derived credential, and does not say none is set")
    return str(settings["id"]).lower()
