"""`python -m bench [NAME ...] [--quick] [--json]`: see README.md."""

import importlib
import json
import pkgutil
import sys

import click

from bench import measures
from bench.result import MEASURES, Result


@click.command()
@click.argument("names", nargs=-1)
@click.option("--quick", is_flag=True, help="Every measure, smaller.")
@click.option("--json", "as_json", is_flag=True, help="One array on stdout.")
def bench(names: tuple[str, ...], quick: bool, as_json: bool) -> None:
    """Measure everything, or the measures with these NAMEs. Exit status 1: an aim does not hold."""
    for module in pkgutil.iter_modules(measures.__path__):
        importlib.import_module(f"bench.measures.{module.name}")
    if unknown := [name for name in names if name not in MEASURES]:
        raise click.UsageError(f"no measure {', '.join(unknown)}; there are {', '.join(sorted(MEASURES))}")
    results: list[Result] = []
    if not as_json:
        click.echo(f"{'':<56}{'ours':>10}{'other':>10}{'ratio':>8}{'aim':>7}")
    for name in names or sorted(MEASURES):
        for result in MEASURES[name](quick):
            results.append(result)
            if not as_json:
                click.echo(
                    f"{result.name:<56}{result.ours:>10.1f}{result.other:>10.1f}{result.ratio:>8.3f}{result.aim:>7.2f}"
                    + ("" if result.holds else "  does not hold")
                )
    if as_json:
        click.echo(json.dumps([result.as_json() for result in results], indent=1))
    sys.exit(0 if all(result.holds for result in results) else 1)


if __name__ == "__main__":
    bench()
