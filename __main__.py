"""The Pulumi program: declares what the selected stack's config says. See stacks/tenant.py."""

import os
import signal

from stacks.tenant import declare

# When a resource fails, the engine interrupts the program: leave at once, so that the failure is the last word and
# not a traceback of this process. Never with 0: a program that ends well is one whose resources are complete.
signal.signal(signal.SIGINT, lambda *_: os._exit(130))
declare()
