"""Mutants: each changes one thing, is told by its lines, runs beside the sources, and is explained or is not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from explained import BadExplanation, as_entry, compare, read
from mutants import Mutant, functions_of, mutants_of
from operators import OWN
from running import run_all

HERE = Path(__file__).parent

SOURCE = '''
"""Words for readers."""
WORDS = {"a": 1, "b": 2}


def judged(found, seen):
    """More of them."""
    if found and seen:
        return [one for one in seen if one]
    elif seen:
        found.append(found, last="x")
    return seen == 1
'''


def changes(source: str = SOURCE) -> list[tuple[str, tuple[str, ...]]]:
    return [(mutant.function, mutant.change) for mutant in mutants_of("small", source)]


@pytest.mark.parametrize(
    ("function", "change"),
    [
        ("", ('- WORDS = {"a": 1, "b": 2}', '+ WORDS = { "b": 2}')),
        ("", ('- WORDS = {"a": 1, "b": 2}', '+ WORDS = {"a": 1}')),
        ("judged", ("- if found and seen:", "+ if found or seen:")),
        ("judged", ("- if found and seen:", "+ if found:")),
        ("judged", ("- if found and seen:", "+ if seen:")),
        ("judged", ("- elif seen:", "+ elif not (seen):")),
        ("judged", ("- return [one for one in seen if one]", "+ return [one for one in seen if not (one)]")),
        ("judged", ('- found.append(found, last="x")', '+ found.append(found, last="XXx")')),
        ("judged", ('- found.append(found, last="x")', "+ found.append(found)")),
        ("judged", ('- found.append(found, last="x")', "+ pass")),
        ("judged", ("- return seen == 1", "+ return seen != 1")),
        ("judged", ("- return seen == 1", "+ return None")),
    ],
)
def test_each_thing_is_altered_by_itself(function, change):
    assert [one[1] for one in changes() if one[0] == function].count(change) == 1


def test_what_is_written_for_readers_is_left_alone():
    told = " ".join(line for _, change in changes() for line in change)

    assert "Words for readers" not in told
    assert "More of them" not in told


def test_what_does_the_same_is_no_mutant():
    source = "def f(x):\n    if x is None:\n        return 1\n    return 2\n"

    found = [change for _, change in changes(source)]

    assert ("- if x is None:", "+ if x is not None:") in found or ("- if x is None:", "+ if not x is None:") in found
    assert sum("None" in change[0] for change in found) == 1


def test_how_a_class_is_built_is_left_alone():
    source = "@dataclass(frozen=True)\nclass A:\n    x: int = 1\n"

    assert {change[0] for _, change in changes(source)} == {"- x: int = 1"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return a in b", "return a not in b"),
        ("return a not in b", "return a in b"),
        ("return a < b in c", "return a < b not in c"),
        ("return any(a)", "return all(a)"),
        ("return all(x for x in a)", "return any(x for x in a)"),
        ("return a", "return None"),
    ],
)
def test_each_way_to_return_is_altered(before, after):
    assert ("f", (f"- {before}", f"+ {after}")) in changes(f"def f(a, b, c):\n    {before}\n")


@pytest.mark.parametrize("line", ["return None", "return", "for a in b: pass", "any = a", "x.any(a)"])
def test_what_only_looks_like_it_is_left_alone(line):
    found = [change for _, change in changes(f"def f(a, b, x):\n    {line}\n")]

    assert not [one for one in found if "not in" in one[-1] or "all" in one[-1] or one[-1] == "+ return None"]


def test_a_function_counts_by_the_name_its_mutants_have():
    source = (
        "def f(a):\n    def g():\n        return a\n    yield g\n\n\nclass A:\n    def h(self):\n        return 1\n"
    )

    assert functions_of(source) == {"f", "A.h"}
    assert functions_of(source) <= {mutant.function for mutant in mutants_of("small", source)}


@pytest.mark.parametrize("operator", OWN)
def test_each_operator_does_what_its_examples_say(operator):
    from cosmic_ray.mutating import mutate_code  # noqa: PLC0415 - beside what it is for

    for example in operator.examples():
        altered = mutate_code(example.pre_mutation_code, operator(), example.occurrence)
        assert "".join(altered.split()) == "".join(example.post_mutation_code.split())


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two modules, one of which imports the other, and a test."""
    folder = tmp_path / "smallpackage"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "low.py").write_text("def one():\n    return 1\n")
    # From the package: there, too, the module as it was must not be found any more.
    (folder / "high.py").write_text("from smallpackage import low\n\n\ndef two():\n    return low.one() + low.one()\n")
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_small.py").write_text(
        "from smallpackage import high\n\n\ndef test_two():\n    assert high.two() == 2\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield folder, tests / "test_small.py"
    for name in [name for name in sys.modules if name.partition(".")[0] in {"smallpackage", "test_small"}]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("def one():\n    return 1\n", "survived"),
        ("def one():\n    return 3 - 2\n", "survived"),
        ("def one():\n    return 2\n", "killed"),
        ("def one():\n    while True:\n        pass\n", "timed out"),
        ("raise SystemExit(0)\n", "killed"),
    ],
)
def test_a_test_of_another_module_notices_or_does_not(source, outcome, package):
    import smallpackage.high  # noqa: F401, PLC0415 - so that there is something to forget

    folder, test = package
    found = []
    before = (folder / "low.py").read_text()
    mutant = Mutant("low", "one", (), source)
    run_all([mutant], [test], folder, processes=2, limit_s=10, told=lambda _, what: found.append(what))

    assert found == [outcome]
    assert (folder / "low.py").read_text() == before


ENDLESS = """
import sys
from pathlib import Path

sys.path[:0] = [{here!r}, {beside!r}]
import signal
from mutants import Mutant
from running import ENDING, end, run_all

for number in ENDING:
    signal.signal(number, end)
source = "import os\\nfrom pathlib import Path\\nPath({told!r}).write_text(str(os.getpid()))\\nwhile True:\\n    pass\\n"
folder, test = Path({folder!r}), Path({test!r})
run_all([Mutant("low", "", (), source)], [test], folder, processes=1, limit_s={limit}, told=print)
"""


@pytest.mark.parametrize(
    ("ended", "limit", "status"), [(signal.SIGTERM, 60, 143), (signal.SIGINT, 60, 130), (signal.SIGKILL, 2, -9)]
)
def test_no_mutant_outlives_who_asked(ended, limit, status, package, tmp_path):
    """Told to end, it takes the mutant along; killed, it leaves it to its own alarm."""
    folder, test = package
    told = tmp_path / "told"
    names = {"here": str(HERE), "beside": str(tmp_path), "told": str(told), "folder": str(folder), "test": str(test)}
    with subprocess.Popen([sys.executable, "-c", ENDLESS.format(limit=limit, **names)]) as asking:
        child = int(_soon(lambda: told.exists() and told.read_text()))
        asking.send_signal(ended)
        assert asking.wait(10) == status

    assert _soon(lambda: not _runs(child))


def _soon(asked):
    until = time.monotonic() + 20
    while not (found := asked()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _runs(process: int) -> bool:
    """Whether it is there and no corpse, which whoever is above it may never bury."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


ONE = Mutant("seen", "news", ("- a", "+ b"), "")
NAMED = '[[survivor]]\nmodule = "seen"\nfunction = "news"\nchange = ["- a", "+ b"]\nreason = "equivalent"\n'


@pytest.fixture
def explained(tmp_path):
    """Read a file of explanations."""

    def made(text: str) -> Counter:
        path = tmp_path / "survivors.toml"
        path.write_text(text)
        return read(path)

    return made


def test_who_survives_and_is_explained_is_neither_unexplained_nor_stale(explained):
    found = compare([ONE], explained(NAMED), ["seen"])

    assert (found.explained.total(), found.unexplained.total(), found.stale.total()) == (1, 0, 0)


def test_who_survives_twice_is_to_be_explained_twice(explained):
    assert compare([ONE, ONE], explained(NAMED), ["seen"]).unexplained == Counter({ONE.name: 1})
    assert not compare([ONE, ONE], explained(NAMED + "times = 2\n"), ["seen"]).unexplained


def test_who_does_not_survive_any_more_is_stale_but_for_a_module_nobody_asked(explained):
    assert compare([], explained(NAMED), ["seen"]).stale == Counter({ONE.name: 1})
    assert not compare([], explained(NAMED), ["sight"]).stale


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (NAMED.replace("equivalent", " "), "survivor 1: says no reason"),
        (NAMED.replace("reason", "because"), "survivor 1: "),
        (NAMED.replace('"seen"', "5"), "survivor 1: module: "),
        (NAMED + "times = 0\n", "less than one time"),
        ("[[survivor", "survivors.toml: "),
    ],
)
def test_an_entry_that_explains_nothing_is_refused(text, says, explained):
    with pytest.raises(BadExplanation, match=r"survivors\.toml") as caught:
        explained(text)

    assert says in str(caught.value)


def test_what_is_printed_for_a_survivor_can_be_put_into_the_file(explained):
    name = ("seen", "news", ('- x = "ö"', '+ x = "\\n"'))
    entry = as_entry(name, 2).replace('reason = ""', 'reason = "r"')

    assert explained(entry) == Counter({name: 2})


def test_a_module_that_is_not_the_judges_is_refused_in_one_line():
    done = subprocess.run([sys.executable, HERE, "junit"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("mutation: junit: not in judging.toml; there are verdict, ")
    assert done.stderr.count("\n") == 1


def test_a_run_over_one_module_claims_nothing_of_the_others(tmp_path):
    command = [sys.executable, HERE, "envelope", "--out", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert "every check in envelope, and no other was asked, earns its place: " in done.stdout
    assert json.loads((tmp_path / "results.json").read_text())["whole"] is False
