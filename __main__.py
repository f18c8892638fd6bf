"""The Pulumi program: declares what the selected stack's config says. See stacks/tenant.py."""

import provider as intune
from stacks.tenant import declare

intune.run_program(declare)
