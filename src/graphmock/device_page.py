"""
The page on which a user enters a device's code: for a person with a browser, and for a test with one POST.

It asks no password. Who says a name is believed to bear it.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from graphmock.rules import obeys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from graphmock.registration import Directory
    from graphmock.sessions import Sessions

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Enter code</title></head>
<body>
<h1>Enter code</h1>
<p>{said}</p>
<form method="post">
<p><label>Code shown by the device <input name="user_code" value="{code}" required></label></p>
<p><label>Who signs in <select name="user">{users}</select></label></p>
<p><button name="decision" value="approve">Sign in</button> <button name="decision" value="decline">Decline</button></p>
</form>
</body>
</html>
"""


def show(directory: Directory, said: str = "", code: str = "", status: int = 200) -> Response:
    """Write the page."""
    users = "".join(f"<option>{escape(account.address)}</option>" for account in directory.accounts)
    return HTMLResponse(_PAGE.format(said=escape(said), code=escape(code), users=users), status)


@obeys("device.page")
def decide(directory: Directory, sessions: Sessions, fields: Mapping[str, str]) -> Response:
    """Take a code and who signs in, or that nobody will."""
    code = fields.get("user_code", "")
    waiting = sessions.device(code)
    if waiting is None:
        return show(directory, "That code is not known, or no longer.", status=400)
    if fields.get("decision") == "decline":
        waiting.answer = "declined"
        return show(directory, "Declined. You may close this page.")
    account = directory.account(fields.get("user", ""))
    if account is None:
        return show(directory, "Choose who signs in.", code, 400)
    waiting.answer = account
    return show(directory, "Signed in. You may close this page.")
