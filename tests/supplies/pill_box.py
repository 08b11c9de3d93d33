"""A pill box, day by day: an oracle for the proportion covered that shares no code with it.

Every box lies on the table as a heap of crumbs. Each day the boxes that have come are put out and
those past their last day are swept away; then each dose of the day picks crumbs one by one, always
from the heap that is swept away soonest.
"""

from datetime import date, timedelta


def simulated(
    doses: list[tuple[date, int]], boxes: list[tuple[date, date | None, int]]
) -> list[bool]:
    """Whether each dose found all its crumbs.

    doses   day and how many crumbs, in any order of days
    boxes   the day it came, its last day, and how many crumbs
    """
    if not doses:
        return []
    days = [day for day, _ in doses] + [came for came, _, _ in boxes]
    today, end = min(days), max(days)
    heaps = [crumbs for _, _, crumbs in boxes]
    found: dict[int, bool] = {}
    while today <= end:
        for number, (day, crumbs) in enumerate(doses):
            if day != today:
                continue
            found[number] = True
            for _ in range(crumbs):
                usable = [
                    (last is None, last or today, place)
                    for place, (came, last, _) in enumerate(boxes)
                    if came <= today and (last is None or today <= last) and heaps[place]
                ]
                if not usable:
                    found[number] = False
                    break
                heaps[min(usable)[2]] -= 1
        today += timedelta(days=1)
    return [found[number] for number in range(len(doses))]
