"""A program that runs for a long time, like the app: job after job in one process. Prints its memory (KiB) after each."""

import asyncio
import select
import sys
from pathlib import Path

from clientsync_tui.practice.trouble import Trouble
from clientsync_tui.sync.jobs.new_job import new_job
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.workplace import Workplace
from tests.support import plans


def resident_kib() -> int:
    """How much memory this process uses now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("the system does not tell")


async def jobs(workplace: Workplace) -> None:
    """Checks every organisation again and again. A failure is simply retried in the next round."""
    async with workplace.session() as session:
        while not select.select([sys.stdin], [], [], 0)[0]:
            try:
                held = {sign_in.id for sign_in in workplace.held()}
                plan = plans.check(workplace.store, None, held)
                if plan.items:
                    await Runner(session, new_job(workplace.store, plan, session.actor)).run()
            except Trouble as trouble:
                print(type(trouble).__name__, trouble, file=sys.stderr, flush=True)
            print(resident_kib(), flush=True)
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    place = Workplace.open(Path(sys.argv[1]))
    try:
        asyncio.run(jobs(place))
    finally:
        place.close()
