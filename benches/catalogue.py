"""
Every bench, in the order in which they run and stand in the table.

What a reader asks first comes first, and what takes longest last.
"""

from __future__ import annotations

from benches.bench import Bench
from benches.cancel_rate import CANCEL_RATE
from benches.collection import COLLECTION
from benches.generated import GENERATED
from benches.growth import GROWTH, GROWTH_RUN
from benches.metadata import METADATA
from benches.overhead import OVERHEAD
from benches.replay import REPLAY
from benches.reports import REPORTS
from benches.tenant_pace import TENANT_PART, TENANT_WHOLE

BENCHES: tuple[Bench, ...] = (
    OVERHEAD,
    COLLECTION,
    REPLAY,
    CANCEL_RATE,
    GENERATED,
    REPORTS,
    METADATA,
    GROWTH,
    GROWTH_RUN,
    TENANT_PART,
    TENANT_WHOLE,
)
