"""
The nouns: one file per resource, with its inputs, its enums, its kind if it has one of its own, and its class.

To add one, write a file like those here, with its public names in ``__all__``, and import it below (CONTRIBUTING.md).
The order is that of the maps in a stack file.
"""

# ruff: noqa: I001 - the order means something

from provider.resources.derived_credential_settings import *
from provider.resources.android_device_owner_derived_credential_authentication_configuration import *
from provider.resources.ios_derived_credential_authentication_configuration import *
from provider.resources.derived_credential_binding import *
from provider.resources.device_configuration_derived_credential_settings import *
from provider.resources.managed_all_device_certificate_state import *
