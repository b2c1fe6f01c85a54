"""The one error class users see. Knows nothing of anything else."""


class RagdigestError(Exception):
    """What is wrong, which value, and what to do, in one line.

    The command line prints it to stderr and exits with status 1.
    """
