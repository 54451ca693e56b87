"""A user of the program, to be run as a separate process: receives actions one by one, performs them, and reports."""

import asyncio
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from clientsync_tui.practice.people import SignIn
from clientsync_tui.practice.plan import Plan
from clientsync_tui.practice.trouble import Trouble
from clientsync_tui.sandbox.consent.authorise import NotSignedIn
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.workplace import Workplace
from tests.support import plans
from tests.support.practice import signed_in


async def plan(workplace: Workplace, session: Session, sign_in: SignIn, action: dict[str, Any]) -> Plan:
    store, only = workplace.store, action.get("clients")
    held = {each.id for each in workplace.held()}
    match action["do"]:
        case "add":
            reach = await session.reach(sign_in)
            return plans.add(store, "xero", sign_in, reach, action.get("organisations") or sorted(reach))
        case "reconnect":
            return plans.reconnect(store, "xero", sign_in, await session.reach(sign_in), only)
        case "reassign":
            return plans.reassign(store, "xero", sign_in, await session.reach(sign_in), only)
        case "refresh":
            return plans.refresh(store, "xero", held, only)
        case "disconnect":
            return plans.disconnect(store, "xero", held, only)
        case _:
            return plans.check(store, "xero", held, only)


async def act(workplace: Workplace, session: Session, email: str, action: dict[str, Any]) -> str:
    if action["do"] == "resume":
        for job in workplace.store.jobs.unfinished():
            await Runner(session, job.id).run()
        return "resumed"
    if action["do"] == "sign_in":
        return (await signed_in(session, email)).id
    sign_in = workplace.chosen("xero", email)
    if sign_in is None:
        return "not signed in"
    made = await plan(workplace, session, sign_in, action)
    return (await Runner(session, workplace.store.jobs.create(made, email)).run()).state


def run(config: Path, email: str, line: Connection) -> None:
    """Does what comes over the connection until the process is killed."""
    asyncio.run(_answer(config, email, line))


async def _answer(config: Path, email: str, line: Connection) -> None:
    workplace = Workplace.open(config)
    async with workplace.session() as session:
        while True:
            try:
                said = await act(workplace, session, email, line.recv())
            except (Trouble, NotSignedIn) as trouble:
                said = f"{type(trouble).__name__}: {trouble}"
            line.send(said)
