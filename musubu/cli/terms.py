"""`musubu terms simulate | explain | coverage | check | diff`; needs no database and no web framework."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def run(args: list[str]) -> int:
    options = _parser().parse_args(args)
    return int(options.do(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="musubu terms", description="The terms of service, executable.")
    commands = parser.add_subparsers(required=True, metavar="simulate|explain|coverage|check|diff")
    simulate = commands.add_parser("simulate", help="play a scenario file")
    simulate.add_argument("scenario", type=Path)
    simulate.add_argument("--format", choices=("text", "json"), default="text")
    simulate.add_argument("--lang", choices=("ja", "en", "zh"), default="ja")
    simulate.set_defaults(do=_simulate)
    explain = commands.add_parser("explain", help="what a clause says and does")
    explain.add_argument("clause")
    explain.add_argument("--lang", choices=("ja", "en", "zh"), default="ja")
    explain.set_defaults(do=_explain)
    coverage = commands.add_parser("coverage", help="every clause with its rule and tests")
    coverage.add_argument("--format", choices=("text", "json"), default="text")
    coverage.set_defaults(do=_coverage)
    check = commands.add_parser("check", help="check a terms file")
    check.add_argument("file", type=Path)
    check.set_defaults(do=_check)
    diff = commands.add_parser("diff", help="the difference between two terms files")
    diff.add_argument("old")
    diff.add_argument("new")
    diff.set_defaults(do=_diff)
    return parser


def _fail(message: str) -> int:
    print(" ".join(message.split()), file=sys.stderr)
    return 2


def _simulate(options: argparse.Namespace) -> int:
    from musubu.terms import simulate

    try:
        outcomes = simulate.run(simulate.read(options.scenario), options.scenario.parent)
    except simulate.ScenarioError as error:
        return _fail(f"{options.scenario}: {error}")
    print(simulate.as_json(outcomes) if options.format == "json" else simulate.as_text(outcomes, options.lang))
    return 0


def _explain(options: argparse.Namespace) -> int:
    from musubu.terms import explain

    try:
        print(explain.clause(options.clause, options.lang))
    except LookupError as error:
        return _fail(str(error.args[0]))
    return 0


def _coverage(options: argparse.Namespace) -> int:
    from musubu.terms import coverage

    rows = coverage.rows()
    print(coverage.as_json(rows) if options.format == "json" else coverage.as_text(rows))
    return 0


def _check(options: argparse.Namespace) -> int:
    from musubu.terms.load import TermsError, parse

    try:
        terms = parse(options.file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return _fail(f"{options.file}: cannot be read: {error}")
    except TermsError as error:
        return _fail(f"{options.file}: {error}")
    print(f"{options.file}: in order ({terms.service}, {len(terms.clauses)} clauses)")
    return 0


def _diff(options: argparse.Namespace) -> int:
    from musubu.terms import difference
    from musubu.terms.load import TermsError, load

    try:
        print("\n".join(difference.figures(load(options.old), load(options.new))) or "no difference")
    except TermsError as error:
        return _fail(str(error))
    return 0
