"""
What a recording may be named after.
"""

from __future__ import annotations

import pytest

from graphcancel import recorder
from graphcancel.errors import CassetteError
from graphcancel.targetfile import CLOUDS, read_target

TOKENS = {"GRAPH_ORGANIZER_TOKEN": "a-token", "GRAPH_ORGANIZER_USER": "ada@contoso.example"}


@pytest.mark.parametrize("url", ["https://graph.inside.example", "https://Graph.Inside.example:8443/below"])
def test_a_host_of_the_targets_own_names_no_recording(url):
    with pytest.raises(
        CassetteError, match=r"named after the host graph\.inside\.example; describe the target in a file"
    ):
        recorder._check_name(read_target(url, TOKENS))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:8080", *CLOUDS.values()])
def test_a_host_that_says_nothing_may(url):
    recorder._check_name(read_target(url, TOKENS))
