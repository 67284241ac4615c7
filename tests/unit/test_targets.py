"""The target files that come along: each is read as it stands, and none holds a secret."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from graphcancel.__main__ import main
from graphcancel.actors import FLOWS
from graphcancel.tables import looks_secret
from graphcancel.targetfile import read_target

TARGETS = Path(__file__).parents[2] / "targets"
FILES = sorted(TARGETS.glob("*.toml"))
# Graph root and authority, from the documents of each cloud.
PLACES = {
    "global": ("https://graph.microsoft.com", "https://login.microsoftonline.com"),
    "us-gov-l4": ("https://graph.microsoft.us", "https://login.microsoftonline.us"),
    "us-gov-l5": ("https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
    "china": ("https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
}


def ready(path: Path, folder: Path) -> tuple[str, dict[str, str]]:
    """A copy of *path* with the files it names beside it, and the variables it names."""
    text = path.read_text("utf-8")
    copy = folder / path.name
    copy.write_text(text)
    for key, name in re.findall(r'^(certificate|private_key|assertion_file)\s*= "([^"]+)"', text, re.MULTILINE):
        kind = {"certificate": "CERTIFICATE", "private_key": "PRIVATE KEY", "assertion_file": "x"}[key]
        (folder / name).write_text(f"-----BEGIN {kind}-----\n")
        (folder / name).chmod(0o600)
    return str(copy), dict.fromkeys(re.findall(r'_env\s*= "([^"]+)"', text), "s3cret")


def test_there_is_one_for_each_cloud():
    assert {path.stem for path in FILES} == set(PLACES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_is_read_and_reaches_its_cloud(path, tmp_path):
    written, environ = ready(path, tmp_path)
    found = read_target(written, environ)

    root, authority = PLACES[path.stem]
    assert (found.cloud, found.base_url, found.authority) == (path.stem, root, authority)
    assert found.scope == f"{root}/.default"
    assert found.notes == ()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_can_be_listed_without_its_secrets(path, monkeypatch, capsys):
    for name in re.findall(r'_env\s*= "([^"]+)"', path.read_text("utf-8")):
        monkeypatch.delenv(name, raising=False)

    assert main(["cases", "--target", str(path), "--contract", "event-cancel.v1.0"]) == 0
    assert "event-cancel.v1.0/me.events/organizer/pascal" in capsys.readouterr().out


def test_they_show_different_flows(tmp_path):
    shown = {actor.flow for path in FILES for actor in read_target(*ready(path, tmp_path)).actors.values()}

    assert shown == set(FLOWS) - {"token"}  # which the documents show


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_none_holds_a_secret_or_anybodys_address(path):
    text = path.read_text("utf-8")

    assert not [value for value in re.findall(r'"([^"]*)"', text) if looks_secret(value)]
    assert set(re.findall(r"@([\w.]+)", text)) == {"contoso.example"}
    assert set(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", text)) <= {
        f"00000000-0000-4000-8000-00000000{letter * 4}" for letter in "abcdef"
    }


def test_private_ones_stay_out_of_git():
    private = ["targets/x.local.toml", "targets/x.local.pem", "targets/x.local.jwt"]
    ignored = subprocess.run(
        ["git", "check-ignore", "--no-index", *private, "targets/global.toml"],  # noqa: S607
        capture_output=True, text=True, check=False, cwd=TARGETS.parent,
    )  # fmt: skip
    if ignored.returncode == 128:
        pytest.skip("not a checkout")

    assert ignored.stdout.split() == private
