"""Who holds a claim: a process, by name; and whether that process is gone."""

import os
import socket
from uuid import uuid4


def own_name() -> str:
    """The name of this process, ``host:process id:random``; another at every call."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


def is_gone(owner: str) -> bool:
    """Whether the process is known to have ended, so that its claims need not be waited for.

    Only said of processes of this very machine; of others, and in doubt, the answer is no.
    """
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if os.name != "posix" or host != socket.gethostname() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)  # signal 0 only asks whether there is such a process
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
