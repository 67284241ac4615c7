"""
Which cases a test gets, in which order they run, and whether pytest chose all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from graphcancel.case import Case
from graphcancel.generated_cases import spread
from graphcancel.suite import Suite

GENERATING: Final = "test_generated.py"
SUITE: Final = pytest.StashKey[Suite]()
STANDINGS: Final = ("current", "superseded", "translated", "draft")
_ENLARGED: Final = pytest.StashKey[str]()
_ATTRIBUTES: Final = frozenset({"kind", "contract", "actor", "circumstance", "body", "family", "expects"})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each contract test the cases its marker names."""
    marker = metafunc.definition.get_closest_marker("cases")
    if "case" not in metafunc.fixturenames or marker is None:
        return
    unknown = set(marker.kwargs) - _ATTRIBUTES
    if unknown or marker.args:
        named = ", ".join([*unknown, *map(repr, marker.args)])
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: cases(): unknown {named}")
    chosen = [case for case in metafunc.config.stash[SUITE].cases if selects(marker.kwargs, case)]
    suite = metafunc.config.stash[SUITE]
    generates = marker.kwargs.get("kind") == "generated"
    narrowed = generates or suite.playback or (suite.described and suite.described.contracts)
    if not chosen and not narrowed:
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: no case is {marker.kwargs}")
    standings = {contract.id: contract.standing for contract in suite.contracts}
    models = exemplars(suite.cases)
    metafunc.parametrize(
        "case",
        [
            pytest.param(
                case,
                id=case.id,
                marks=[
                    getattr(pytest.mark, standings[case.contract]),
                    *([pytest.mark.exemplar] if case.id in models else []),
                ],
            )
            for case in chosen
        ],
    )


def exemplars(cases: Iterable[Case]) -> frozenset[str]:
    """Ids of the first case of each shape: of each contract, kind, actor, body and circumstance."""
    first: dict[tuple[str | None, ...], str] = {}
    for case in cases:
        first.setdefault((case.contract, case.kind, case.actor, case.body, case.circumstance), case.id)
    return frozenset(first.values())


def selects(wanted: Mapping[str, object], case: Case) -> bool:
    """Whether the keywords of a ``cases`` marker name *case*: a value, or any of a tuple of values."""
    for name, value in wanted.items():
        allowed = value if isinstance(value, tuple) else (value,)
        if getattr(case, name) not in allowed:
            return False
    return True


def is_worker(config: pytest.Config) -> bool:
    """Whether this is one of several processes of pytest-xdist."""
    return hasattr(config, "workerinput")


def case_of(item: pytest.Item) -> Case | None:
    """The case *item* is about, None where it is no contract test."""
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec else None
    return case if isinstance(case, Case) else None


def contract_tests(config: pytest.Config) -> tuple[Path, list[Path]]:
    """Where the contract tests are, and the files and folders pytest was told to look in."""
    places = [(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args]
    return config.rootpath / "tests" / "contract", places


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each case its turn, and each generated one its calls; a contract test that was left no case is none."""
    items[:] = [item for item in items if item.get_closest_marker("cases") is None or case_of(item)]
    items.sort(key=lambda item: case.turn if (case := case_of(item)) else 0)
    if config.stash[SUITE].allotment.calls:
        _allot(config, [case for item in items if (case := case_of(item))])


def _allot(config: pytest.Config, chosen: Iterable[Case]) -> None:
    """
    Spread the generated calls over the *chosen* cases. None is left without: a case left out makes a run partial.

    Raises:
        pytest.UsageError: That takes more calls than were asked for, and the target is somebody's.
    """
    suite = config.stash[SUITE]
    # Two tests may ask for one case.
    generated = list({case.id: case for case in chosen if case.kind == "generated"}.values())
    allotment, asked = suite.allotment, suite.allotment.calls
    enough = next(number for number in count(asked) if len(spread(number, generated)) == len(generated))
    # Under -n it is the controller that refuses, before any worker has begun.
    if enough > asked and not is_worker(config) and suite.described and suite.described.origin != "mock":
        raise pytest.UsageError(
            f"--generated {asked}: {len(generated)} cases need {enough} calls; say so, or choose fewer cases with -k"
        )
    if enough > asked:
        config.stash[_ENLARGED] = f"{enough} generated calls instead of {asked}: {len(generated)} cases need as many"
    allotment.calls = enough
    allotment.share_out(generated)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the tests that generate calls where none are to be made: pytest would count one without a case."""
    folder, _ = contract_tests(config)
    return True if collection_path == folder / GENERATING and not config.stash[SUITE].allotment.calls else None


def names_generated(config: pytest.Config) -> bool:
    """Whether the tests that generate calls were named by their file."""
    folder, places = contract_tests(config)
    return config.args_source is pytest.Config.ArgsSource.ARGS and folder / GENERATING in places


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Remember how many cases were chosen, before the terminal says so."""
    if not is_worker(session.config):
        session.config.stash[SUITE].selected = sum(1 for item in session.items if case_of(item))


def pytest_report_collectionfinish(config: pytest.Config) -> str | None:
    """Say when a run is partial, and when it makes more calls than it was told to."""
    return _told(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: Sequence[str]) -> None:
    """The same for several processes, of which each collects alike."""
    suite = node.config.stash[SUITE]
    if suite.selected is not None:
        return
    known = {case.id: case for case in suite.cases}
    chosen = [known[named] for name in ids if (named := name.partition("[")[2].removesuffix("]")) in known]
    suite.selected = len(chosen)
    if suite.allotment.calls:
        _allot(node.config, chosen)
    text = _told(node.config)
    terminal = node.config.pluginmanager.get_plugin("terminalreporter")
    if text and terminal:
        terminal.ensure_newline()
        terminal.write_line(text)


def _told(config: pytest.Config) -> str | None:
    return "\n".join(filter(None, [config.stash.get(_ENLARGED, None), _partial(config.stash[SUITE])])) or None


def _partial(suite: Suite) -> str | None:
    if not suite.selected or suite.selected == len(suite.cases):
        return None
    return f"partial run: {suite.selected} of {len(suite.cases)} cases selected; what the others cover is not examined"
