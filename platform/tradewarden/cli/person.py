"""Who sits at the command line, for the audit log: there is no sign-in, so it is who the operating system says."""

import os
import pwd

from integrations.errors import printable

LONGEST = 60
VIA = "command-line"


def system_user() -> str:
    """The name of the user this process runs as; its number where it has no name, as in some containers."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def acting(by: str = "") -> str:
    """The actor of what is done here: `by`, as somebody says of themselves, else the operating system's user."""
    return f"{VIA} ({printable(by.strip(), LONGEST) or system_user()})"


def seat(by: str = "") -> str:
    """Where it was done; with the operating system's user where somebody gave another name."""
    return f"{VIA} ({system_user()})" if by.strip() else VIA
