"""
What a real tenant may be like that is no fault of the service; a table, no more.

Each concerns who may sign in and who may open what, so a client meets it before it meets the service under test.
"""

from __future__ import annotations

from graphmock.deviation import Deviation

TENANTS: tuple[Deviation, ...] = tuple(
    Deviation(name, changes, "", "tenant", "tenant")
    for name, changes in (
        # --- at the authority -----------------------------------------------------------------------------------------
        ("secret-expired", "the application's secret has expired"),
        ("certificate-unknown", "the application's certificate is not registered"),
        ("consent-revoked", "nobody has consented to the applications that users sign in to"),
        ("mfa-required", "a password alone is not enough to sign in"),
        ("account-disabled", "the attendee's account is disabled"),
        ("conditional-access", "a policy refuses every sign-in of a user"),
        ("short-lived-tokens", "issued tokens live five seconds; they can be refreshed"),
        ("opaque-tokens", "issued tokens are no JWTs"),
        ("authority-down", "the authority answers 503"),
        ("authority-html", "the authority answers 200 with an HTML page, as a captive portal does"),
        # --- who may open what ----------------------------------------------------------------------------------------
        ("mailbox-disabled", "the attendee's mailbox has no licence and cannot be opened"),
        ("no-bookings-licence", "nobody can open bookings"),
        ("organizer-not-in-group", "the organizer is no member of the group"),
        ("app-policy", "a policy keeps the application out of the attendee's mailbox"),
        ("no-mail-permission", "no token permits reading mail"),
        ("app-without-mail", "the application's tokens do not permit reading mail"),
        ("stranger-in-group", "the group has a member whose mailbox no client may touch"),
        ("stranger-on-staff", "so has the staff of the booking business"),
        # --- time and weather -----------------------------------------------------------------------------------------
        ("clock-hour-ahead", "the server's clock is an hour ahead"),
        ("clock-hour-behind", "the server's clock is an hour behind"),
        ("rough-weather", "30 % of requests are answered 429, 5 % 503; 2 % lose their connection, half after the work"),
    )
)
