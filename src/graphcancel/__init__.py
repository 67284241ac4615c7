"""Contract tests of the Microsoft Graph cancel actions: reads contracts, drives a target, judges."""
