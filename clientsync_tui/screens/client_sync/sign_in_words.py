"""The texts that the sign-in screen shows for an attempt, by where they go."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...signin.attempt import Attempt
    from ...signin.device_attempt import DeviceAttempt

PLACES = ("lead", "link", "shorter", "short_link", "over_ssh", "ssh_line")


def shown(attempt: "Attempt | DeviceAttempt", title: str, *, opens_browser: bool) -> Mapping[str, str]:
    """The text for each place; empty places are left out. `title`: the accounting app's."""
    if attempt.way == "code":
        by_code = {
            "lead": f"To sign in to {title}, open this address in any browser, on any machine:",
            "link": attempt.address,
            "shorter": "Enter this code there, and allow access:",
            "short_link": attempt.code,
        }
        if attempt.link != attempt.address:
            by_code |= {
                "over_ssh": "Or open this address, which has the code in it:",
                "ssh_line": attempt.link,
            }
        return by_code
    lead = f"Open this link in a browser, sign in to {title}, and allow access:"
    if opens_browser:
        lead = f"Sign in to {title} in the browser that opens. If none does, open this link:"
    in_browser = {"lead": lead, "link": attempt.link}
    if attempt.short_link:
        in_browser |= {
            "shorter": "A shorter link, for a browser on this machine:",
            "short_link": attempt.short_link,
            "over_ssh": "Over SSH: run this on the machine you sit at, then open the short link there:",
            "ssh_line": attempt.ssh_line,
        }
    return in_browser


def waiting_for(attempt: "Attempt | DeviceAttempt", left_s: int) -> str:
    """What the attempt is waiting for, and how much longer."""
    # Each repaint travels up the line, so update every minute until the last one.
    left = f"{-(-left_s // 60)} minutes" if left_s > 60 else f"{-(-left_s // 10) * 10} seconds"
    awaited = "the pasted address"
    if attempt.way == "code":
        awaited = "the code to be entered"
    elif attempt.listening:
        awaited = "the browser or the pasted address"
    return f"Waiting for {awaited}; {left} left."


def plain(attempt: "Attempt | DeviceAttempt") -> str:
    """The same as plain text, for a terminal that shows nothing else."""
    if attempt.way == "code":
        return f"{attempt.address}\n\n{attempt.code}\n"
    if attempt.short_link:
        return f"{attempt.link}\n\n{attempt.ssh_line}\n{attempt.short_link}\n"
    return f"{attempt.link}\n"
