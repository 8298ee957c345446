"""From when on an issue looks at items. Pure.

Windows are cut on one grid, days before the instant of the issue, so that readers whose last
issues lie hours apart share a window, and with it an issue.
"""

import math
from datetime import datetime, timedelta

LOOK_BACK = timedelta(days=7)
"""How far a first issue, or one after a long pause, looks back: a backlog must not flood."""

OVERLAP = timedelta(hours=1)
"""Windows overlap, lest an item stored while an issue was made be missed; none comes twice."""

LEAST_OVERLAP = timedelta(minutes=10)
"""Of the hour so much is kept where an issue is made later in the day than the last one."""

RENEWAL = timedelta(days=2)
"""A story that a further source brings so soon after the first counts as new once more, for those
who have not had it: only by then is it known what people make of it."""

_DAY = timedelta(days=1)


def window_start(last: datetime | None, until: datetime) -> datetime:
    """The start of the window that ends at ``until``.

    ``last`` is the instant up to which the reader's last issue looked. The window reaches back to
    it in whole days and an hour: also where that was but some hours ago, which brings a second
    chance to what found no room then. What the reader has seen is for the caller to leave out.
    """
    furthest = until - LOOK_BACK
    if last is None or last <= furthest:
        return furthest
    days = math.ceil((until - last - OVERLAP + LEAST_OVERLAP) / _DAY)
    return max(until - OVERLAP - max(days, 1) * _DAY, furthest)
