"""
What a program instantiates: a `GraphResource` of some kind.

A resource class states its kind and annotates its outputs; everything else is here. See `provider.resources`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

import pulumi
from pulumi.dynamic import Resource
from typing_extensions import Self

from provider.errors import ConfigError
from provider.kinds.guards import CLOUD, TENANT
from provider.kinds.kind import Kind, register
from provider.lifecycle import make_provider
from provider.program.inputs import checked
from provider.schema import Arguments, Part, is_output_as_text

MODULE = "intune"
"""Module of every type token: ``pulumi-python:dynamic/intune:DerivedCredentialSettings``. In every state, for ever."""

_Args = TypeVar("_Args", bound=Arguments)


class GraphResource(Resource, Generic[_Args]):
    """An object in the tenant of the stack."""

    kind: ClassVar[Kind]
    tenant_id: pulumi.Output[str]
    """The Entra tenant that the object lives in."""
    cloud: pulumi.Output[str]
    """The cloud of that tenant, as in the stack's config."""

    def __init_subclass__(cls, *, kind: Kind, **kwargs: Any) -> None:
        """Give the class its type token, and make its kind known to the plugin."""
        super().__init_subclass__(module=MODULE, name=cls.__name__, **kwargs)
        cls.kind = kind
        register(kind)

    def __init__(self, resource_name: str, args: _Args, opts: pulumi.ResourceOptions | None = None) -> None:
        """
        Declare the object. *resource_name* is its name in the stack; *args* say what it must be.

        Raises pulumi.RunError: *args* have problems, listed all at once.
        """
        if is_output_as_text(resource_name):
            raise pulumi.RunError(
                f"the name of a {type(self).__name__} has an Output in it, whose value is not known yet: use plain text"
            )
        if opts is not None and opts.import_ is not None:
            raise ConfigError(
                f"{resource_name}: Pulumi cannot import_ dynamic resources; "
                f'declare adopt="{opts.import_}" in the arguments instead'
            )
        inputs = checked(f'{type(self).__name__} "{resource_name}"', self.kind.args.schema, args)
        self._declare(resource_name, inputs, opts)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 - Pulumi's word
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """
        Read an existing object that this stack does not manage. It is never changed or deleted.

        The object is read from the tenant in previews too. Fails where there is none.
        """
        resource = cls.__new__(cls)
        existing = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        resource._declare(resource_name, {}, existing)  # noqa: SLF001 - its own class
        return resource

    def _declare(self, resource_name: str, inputs: dict[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        fields = self.kind.args.schema.attributes.values()
        # A name that stands here with None becomes an output; a directive is none.
        outputs = {field.name: None for field in fields if field.part is not Part.DIRECTIVE}
        computed = dict.fromkeys((TENANT, CLOUD))
        # A replacement deletes first, also one that the provider is not asked about (`pulumi up --replace`, `pulumi
        # state taint`): an object created beside the old one of the same name could not be told from it.
        merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(delete_before_replace=True))
        super().__init__(make_provider(self.kind.name), resource_name, {**outputs, **computed, **inputs}, merged)
