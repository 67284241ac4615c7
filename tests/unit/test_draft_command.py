"""`graphcancel read --as-contract`: a contract on standard output, and nothing anywhere else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from graphcancel.__main__ import main
from graphcancel.claims import facts_of
from graphcancel.contract import load_contracts
from graphcancel.documents import read_page

PAGES = Path(__file__).parent / "pages" / "api"
CONTRACTS = Path(__file__).parents[2] / "contracts"


def test_what_is_printed_is_a_contract_of_the_page(tmp_path: Path, monkeypatch, capsys) -> None:
    shutil.copy(PAGES / "decline.md", tmp_path)
    monkeypatch.chdir(tmp_path)

    assert main(["read", "decline.md", "--as-contract"]) == 0

    captured = capsys.readouterr()
    assert captured.err == ""
    assert [path.name for path in tmp_path.iterdir()] == ["decline.md"]
    folder = tmp_path / "contracts"
    folder.mkdir()
    shutil.copy(CONTRACTS / "schema.json", folder)
    name = yaml.safe_load(captured.out)["x-document"]["id"]
    (folder / f"{name}.yaml").write_text(captured.out, "utf-8")
    (draft,) = load_contracts(folder)
    assert set(facts_of(draft)) == set(read_page(tmp_path / "decline.md").facts)
    assert main(["drift", "decline.md", "--contracts", str(folder)]) == 0
    assert "the page read for this contract, byte for byte" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["decline.md", "booking.md"], "name one page at a time"),
        (["tabs.md"], "is no POST"),
        (["nowhere.md"], "nowhere.md"),
    ],
)
def test_what_makes_no_contract_is_said_in_one_line(names: list[str], says: str, capsys) -> None:
    assert main(["read", *(str(PAGES / name) for name in names), "--as-contract"]) == 4

    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err
    assert captured.err.count("\n") == 1


def test_a_draft_is_no_json(capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["read", str(PAGES / "decline.md"), "--as-contract", "--json"])

    assert caught.value.code == 2
    assert "not allowed with" in capsys.readouterr().err
