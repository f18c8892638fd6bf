"""`python -m sandbox.engine`: the stand-in on the command line."""

import os
import sys

# gRPC reads this when it is imported; it would note on standard error that a plugin which was told to leave has left.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")

from sandbox.engine.cli.commandline import main

if __name__ == "__main__":
    sys.exit(main())
