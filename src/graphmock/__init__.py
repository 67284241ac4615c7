"""A stand-in for the part of Microsoft Graph around its two cancel actions: a real HTTP server, with state."""

from __future__ import annotations
