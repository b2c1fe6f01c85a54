"""The command line: parses, calls the library, prints. A leaf that nothing imports."""

import gc
import os
import sys

from ..errors import RagdigestError


def main() -> None:
    """Run `ragdigest`. Exit status: 0 done, 1 a RagdigestError, 2 wrong usage."""
    gc.disable()  # a command is short; collecting while the glossary loads costs a tenth of a search
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    from .app import app

    try:
        app()
    except RagdigestError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        print("stopped; the index is as it was", file=sys.stderr)
        sys.exit(130)
