"""
What may be wrong with a tenant is said in a line or two with the remedy, and the cases it does not touch are run and judged.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from harness import ROOT, lines_of, serving

SELECTED = "(event-cancel.v1.0 and (camel or app-only or (me and own-copy))) or bookingappointment-cancel.v1.0 or (v1.0.me.events and read-only)"
# Name, condition, target file, what is said, of which cases some are still judged, of which none is.
CONDITIONS = {
    "a wrong secret": ((), "username-password", r"client secret is wrong .*put its value", "no-token", "app-only"),
    "an expired secret": (("secret-expired",), "username-password", r"expired .*make a new one", "no-token", "app-only"),
    "a certificate nobody knows": (
        ("certificate-unknown",), "certificate", r"not registered .*upload this certificate", "no-token", "app-only",
    ),
    "consent revoked": (("consent-revoked",), "username-password", r"consented .*have an administrator", "app-only", "me.events/organizer/camel"),
    "a second factor": (("mfa-required",), "username-password", r"second factor .*device-code", "app-only", "me.events/organizer/camel"),
    "an account disabled": (("account-disabled",), "username-password", r"attendee cannot sign in: the account is disabled", "organizer/camel", "attendee"),
    "a mailbox disabled": (("mailbox-disabled",), "token", r"answered 404[\s\S]*remedy: give the mailbox a licence", "no-token", "attendee/"),
    "no licence for bookings": (("no-bookings-licence",), "token", r"staff could not be read[\s\S]*remedy: .*licence", "organizer/camel", "bookingappointment"),
    "no member of the group": (("organizer-not-in-group",), "token", r"no member of the group[\s\S]*remedy: make the organizer", "me.events/organizer/camel", "groups."),
    "a clock an hour ahead": (("clock-hour-ahead",), "certificate", r"not valid at this time .*check this machine's clock", "no-token", "app-only"),
    "a clock an hour behind": (("clock-hour-behind",), "username-password", r"^(?!.*inconclusive)", "organizer/camel", None),
    "an app kept out": (("app-policy",), "token", r"answered 403[\s\S]*remedy: .*application access policy", "no-token", None),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Run once under each condition asked for; what was printed, the lines of the run, and its status."""

    def run(name: str) -> tuple[str, list[dict], int]:
        varied, flow, *_ = CONDITIONS[name]
        folder = tmp_path_factory.mktemp("tenant")
        options = [word for one in varied for word in ("--vary", one)]
        command = ["-m", "graphmock", "serve", "--tls", "--auth-port", "0", "--with-parent", str(os.getpid()), *options]
        with serving(command, folder):
            pairs = (line.split("=", 1) for line in (folder / "target.env").read_text().splitlines())
            variables = {key: value.strip("'\"") for key, value in pairs}
            if name == "a wrong secret":
                variables["GRAPH_APP_SECRET"] = "wrong"
            file = folder / ("target.toml" if flow == "token" else f"target.{flow}.toml")
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--target={file}",
                 f"--runs={folder / 'runs'}", "-k", f"{SELECTED} or (v1.0.me.events and no-token)"],
                cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, timeout=170, check=False,
            )  # fmt: skip
        return done.stdout + done.stderr, lines_of(folder / "runs")[1:-1], done.returncode

    return run


@pytest.mark.parametrize("name", list(CONDITIONS))
def test_what_is_wrong_is_said_and_the_rest_is_judged(name, found):
    _, _, says, judged, untouched = CONDITIONS[name]

    output, lines, status = found(name)

    assert "Traceback" not in output
    told = output[output.index("not tested:") :]
    assert re.search(says, told), told
    verdicts = {line["id"]: line["verdict"] for line in lines}
    assert "pass" in {verdict for case, verdict in verdicts.items() if judged in case}, verdicts
    if untouched:
        assert {verdict for case, verdict in verdicts.items() if untouched in case} == {"inconclusive"}
    assert "fail" not in verdicts.values()
    assert status in {0, 12}
    for secret in ("contoso.example", "wrong;", "AADSTS7000215:"):
        assert secret not in told
