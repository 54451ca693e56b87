"""Prints a plan, and the result of a job: what was done, and what failed or was skipped and why."""

from collections import Counter
from typing import Any

import click

from ..practice.plan import Plan, Will
from ..practice.status import Reason, Why
from ..store.jobs import ItemState
from ..store.store import Store
from ..sync import words
from ..sync.jobs import jobs_as_json as shapes
from . import output
from .run_job import JobRun

MOST_SENTENCES = 3
"""How many different sentences are shown for one reason."""

Sentences = Counter[tuple[str, str | None, str]]
"""How often each outcome, reason and sentence occurred together."""


def show_plan(plan: Plan, as_json: bool) -> None:
    """Prints what would be done."""
    if as_json:
        output.json_document(shapes.plan(plan))
        return
    rows = [
        (
            item.will.replace("_", " "),
            item.name,
            item.software,
            words.SHORT.get(item.reason or "", item.reason or ""),
        )
        for item in plan.items
    ]
    output.table(("Plan", "Client", "Software", "Reason"), rows, shrink=1)
    output.say(
        f"{plan.kind}: {plan.count(Will.DO):,} will be done, {plan.count(Will.SKIP):,} skipped, "
        f"{plan.count(Will.CANNOT):,} cannot be done. Nothing was changed."
    )


def report(store: Store, ran: JobRun, as_json: bool) -> None:
    """Prints the result and ends the command: with 0, with 1 if items failed or are left, or by raising what stopped the job."""
    result = show_result(store, ran, as_json)
    if ran.trouble is not None:
        raise ran.trouble
    if result["failed"] or (ran.job and store.jobs.one(ran.job).left):
        raise click.exceptions.Exit(1)


def show_result(store: Store, ran: JobRun, as_json: bool) -> dict[str, Any]:
    """Prints the result, and returns it as in the JSON."""
    job = store.jobs.one(ran.job) if ran.job else None
    if job:
        items = store.jobs.items(job.id)
        result = shapes.outcome(job, items)
        sentences = Counter(
            (str(item.state), shapes.listed(item.reason), item.says) for item in items if item.says
        )
        impossible = sum(item.state is ItemState.FAILED and item.cannot for item in items)
    else:
        result = shapes.without_job(ran.plan)
        impossible = ran.plan.count(Will.CANNOT)
        planned = zip(result["items"], ran.plan.items, strict=True)
        sentences = Counter(
            (str(shape["outcome"]), shapes.listed(item.reason), item.says)
            for shape, item in planned
            if item.says
        )
    if as_json:
        output.json_document(result)
    _summarise(ran.plan.kind, result, sentences, impossible)
    if job and job.left:
        output.say(f"{job.left:,} left: clientsync jobs resume {job.id}")
    return result


def _summarise(kind: str, result: dict[str, Any], sentences: Sentences, impossible: int) -> None:
    """The counts, then what failed and what was skipped by reason, with the next step.

    `impossible`: how many of what failed the plan had said cannot be done. `sentences` say more than the reason alone: which host, and why.
    """
    not_possible = f", {impossible:,} not possible" if impossible else ""
    failed = result["failed"] - impossible
    output.say(
        f"{kind}: {result['done']:,} done, {failed:,} failed{not_possible}, {result['skipped']:,} skipped."
    )
    counts = Counter((item["outcome"], item["reason"]) for item in result["items"] if item["reason"])
    for (outcome, reason), count in counts.most_common():
        details = [
            text for (state, why, text), _ in sentences.most_common() if (state, why) == (outcome, reason)
        ]
        # A status's own words give the next step. Other sentences say more than their reason does.
        if reason in set(Reason) or not details:
            details = [words.REASONS[reason]]
        several = len(details) > 1
        # `no_access` also stands for an app whose credentials are rejected, which is nobody's missing access.
        says_it = reason == Why.NO_ACCESS and words.REASONS[reason] not in details
        short = "" if says_it else f", {words.SHORT[reason]}"
        output.say(
            f"  {count:,} {outcome}{short}: {words.REASONS[reason] if several and not says_it else details[0]}"
        )
        if says_it:
            details = details[1:]
            several = bool(details)
        for detail in details[:MOST_SENTENCES] if several else ():
            output.say(f"    {detail}")
    for (_, why, text), count in sentences.most_common():
        if why is None:
            output.say(f"  {count:,} done: {text}")
