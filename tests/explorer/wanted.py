"""What a declaration means in the tenant, written down independently of the provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.explorer.declared import Entry
from tests.explorer.world import CREDENTIALS, PROFILES, Json

Made = tuple[str, str, Json]

_KINDS = {
    "derivedCredential": (CREDENTIALS, "#microsoft.graph.deviceManagementDerivedCredentialSettings"),
    "iosProfile": (PROFILES, "#microsoft.graph.iosDerivedCredentialAuthenticationConfiguration"),
}
_FIELDS = {"display_name": "displayName", "issuer": "issuer", "help_url": "helpUrl", "description": "description"}


def made(entry: Entry) -> Made | None:
    """Return the collection, the type and the body of what *entry* declares, if it is an object of its own."""
    if entry.kind not in _KINDS:
        return None
    return (*_KINDS[entry.kind], body(entry.inputs))


def body(inputs: Mapping[str, Any]) -> Json:
    """Return the fields of the object that *inputs* declare."""
    shown = {_FIELDS[name]: value for name, value in inputs.items() if name in _FIELDS}
    if "notification_types" in inputs:
        shown["notificationType"] = ",".join(inputs["notification_types"])
    return shown


def differences(inputs: Mapping[str, Any], one: Json) -> list[str]:
    """Name the fields in which the object *one* is not as *inputs* say."""
    told = [name for name, value in body(inputs).items() if one["body"].get(name) != value]
    if "derived_credential_settings_id" in inputs and one["binding"] != inputs["derived_credential_settings_id"]:
        told.append("binding")
    if "assignments" in inputs:
        targets = [each["target"]["@odata.type"].rpartition(".")[2] for each in one["assignments"]]
        told.extend([] if targets == [each["target"] for each in inputs["assignments"]] else ["assignments"])
    return told
