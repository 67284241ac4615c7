"""
What a run was given, read before anything runs: its target or recording, the contracts, what is known of the target.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import pytest

from graphcancel import taping
from graphcancel.allotment import CALLS, Allotment
from graphcancel.cases import build_cases
from graphcancel.compare import of_target
from graphcancel.contract import contract_ids, load_contracts
from graphcancel.deviations import Deviation, read_deviations
from graphcancel.disputes import load_disputes
from graphcancel.errors import GraphCancelError
from graphcancel.generated_cases import generated_cases
from graphcancel.onfile import from_here
from graphcancel.recording import DEFAULT, find_recording
from graphcancel.run import Run
from graphcancel.runfile import folder_name, read_run
from graphcancel.sanitise import remark
from graphcancel.selection import GENERATING, is_worker, names_generated
from graphcancel.suite import Suite
from graphcancel.targetfile import Description, check_names, read_target
from graphcancel.waivers import check_waivers

BUILT_IN: Final = "mock"
_REPLAY: Final = "replay"
_AT_A_TIME: Final = 4
_NAMED: Final = 20
_DIGITS: Final = 100


def read_given(config: pytest.Config) -> Suite:
    """
    The suite of this process, as the options ask for it.

    Raises:
        GraphCancelError: Something is not as it must be.
    """
    written = str(config.getoption("target"))
    helping = bool(config.getoption("help", default=False))
    described = recording = None
    if written != BUILT_IN and not helping:
        if written.partition(":")[0] == _REPLAY:
            recording = find_recording(taping.recordings(config), written.partition(":")[2] or DEFAULT)
            described = recording.description
        else:
            _check_processes(config)
            described = read_target(written, secrets=not config.getoption("collectonly", default=False))
    taping.check_mode(config, replays=recording is not None)
    suite = _suite(config, described, known=not helping)
    if not helping:
        _generate(config, suite, replays=recording is not None)
    if not helping and not is_worker(config):
        suite.baseline = _baseline(config, described.name if described else BUILT_IN)
    if recording:
        taping.play(config, suite, recording)
    else:
        taping.begin(config, suite)
    return suite


def _suite(config: pytest.Config, described: Description | None, *, known: bool) -> Suite:
    """
    What was read, as the suite of this process.

    Args:
        known: Whether known deviations are read as well.

    Raises:
        GraphCancelError: Something is not as it must be.
    """
    folder = config.rootpath / "contracts"
    # To be pasted into a shell, whatever the file is called.
    see_again = f" --target={shlex.quote(str(config.getoption('target')))}" if described else ""
    if not folder.is_dir():
        # Without the folder there are no contract tests to be had; the mock's own tests need none.
        return Suite((), (), described, see_again)
    if described:
        check_names(described, contract_ids(folder))
    contracts = load_contracts(folder, described.contracts if described else ())
    everything = load_contracts(folder) if described and described.contracts else contracts
    clauses = {clause for contract in everything for clause in contract.clauses}
    if described:
        check_waivers(described, clauses)
    deviations = _deviations(config, described.name if described else BUILT_IN, clauses) if known else ()
    return Suite(
        contracts,
        build_cases(contracts, described.cloud if described else None),
        described,
        see_again,
        deviations,
        load_disputes(folder / "disputes.yaml"),
        tuple(_selection(config)),
    )


def _generate(config: pytest.Config, suite: Suite, *, replays: bool) -> None:
    """
    Add the generated cases to *suite*, where they are asked for.

    Raises:
        GraphCancelError: They cannot be told to this target, or nobody says how many calls it is to get.
    """
    wanted: int | None = config.getoption("generated")
    if wanted is None and not names_generated(config):
        return
    asked = f"tests/contract/{GENERATING}" if wanted is None else f"--generated {wanted}"
    if wanted is not None and wanted < 1:
        raise GraphCancelError(f"{asked}: makes no call; give a number from 1, or leave it out")
    if replays:
        raise GraphCancelError(f"{asked}: generated calls are not on a recording; name a target that answers")
    if taping.mode(config):
        raise GraphCancelError(f"{asked}: generated calls are not recorded; leave --record-mode out")
    if wanted is None and suite.described:
        raise GraphCancelError(f"{asked}: say how many calls this target is to get, with --generated N")
    given = config.getoption("hypothesis_seed", default=None)
    # hypothesis makes a number of it, if it can, only after this.
    if given is not None and len(str(given)) > _DIGITS:
        raise GraphCancelError(
            f"--hypothesis-seed: has {len(str(given))} characters; give a number of {_DIGITS} at most"
        )
    if given is not None and not str(given).isdecimal():
        raise GraphCancelError(f"--hypothesis-seed={given}: is no number from 0; give one, or leave it out")
    cloud = suite.described.cloud if suite.described else None
    suite.allotment = Allotment(wanted or CALLS, int(given or 0))
    suite.cases += generated_cases(suite.contracts, cloud)


def _selection(config: pytest.Config) -> Iterator[str]:
    """The options that may leave cases out, as they were given."""
    for option, name in (("-k", "keyword"), ("-m", "markexpr")):
        if given := config.getoption(name, default=""):
            yield f"{option} {remark(given)}"
    if config.getoption("lf", default=False):
        yield "--lf"
    if config.getoption("stepwise", default=False):
        yield "--stepwise"
    if (most := config.getoption("maxfail", default=0)) == 1:
        yield "-x"
    elif most:
        yield f"--maxfail={most}"
    yield from (f"--deselect {remark(one)}" for one in config.getoption("deselect", default=None) or ())
    for option in ("ignore", "ignore_glob"):
        given = config.getoption(option, default=None) or ()
        yield from (f"--{option.replace('_', '-')} {_from(config.rootpath, one)}" for one in given)
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        yield from (_from(config.rootpath, argument) for argument in config.args[:_NAMED])
        if len(config.args) > _NAMED:
            yield f"and {len(config.args) - _NAMED} more"


def _from(root: Path, argument: str) -> str:
    """A test as it was named, its file seen from *root*: what lies above that is nobody's business."""
    place, separator, name = argument.partition("::")
    path = Path(place)
    known = path.relative_to(root).as_posix() if path.is_relative_to(root) else place
    return remark((path.name if path.is_absolute() and known == place else known) + separator + name)


def _deviations(config: pytest.Config, target: str, clauses: Collection[str]) -> tuple[Deviation, ...]:
    """The findings known for *target*, from the file that was named or the one of its name."""
    named = config.getoption("deviations")
    file = Path(named) if named else config.rootpath / "deviations" / f"{folder_name(target)}.toml"
    if not named and not file.exists():
        return ()
    return read_deviations(from_here(file), clauses)


def _baseline(config: pytest.Config, target: str) -> Run | None:
    """The run with which this one is to be compared at its end."""
    named = config.getoption("baseline")
    return of_target(read_run(Path(named)), target, named) if named else None


def _check_processes(config: pytest.Config) -> None:
    """Refuse more processes than a mailbox takes requests at a time: each has one under way."""
    if is_worker(config) or config.getoption("dist", default="no") == "no":
        return
    places = [str(place).partition("*") for place in config.getoption("tx", default=None) or ()]
    number = sum(int(times) if star and times.isdecimal() else 1 for times, star, _ in places)
    if number > _AT_A_TIME:
        raise GraphCancelError(
            f"{number} processes: a mailbox takes four requests at a time; use -n {_AT_A_TIME} at most"
        )
