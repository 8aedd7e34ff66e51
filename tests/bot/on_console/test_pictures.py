"""Pictures of the console as numbers: a line over days, and documents that hang together."""

from datetime import date, timedelta
from itertools import pairwise

from bot.on_console.curves import HEIGHT, WIDTH, draw
from bot.on_console.graph import arrange

DAY = date(2026, 11, 1)


def test_a_line_needs_two_days():
    assert draw([]) is None
    assert draw([(DAY, 5)]) is None


def test_a_line_stays_within_its_frame_whatever_it_counts():
    for counts in ([0, 0], [1, 9], [99_999, 3, 7], [5, 5, 5]):
        curve = draw([(DAY + timedelta(days=7 * place), count) for place, count in enumerate(counts)])
        points = [tuple(map(float, point.split())) for point in curve.path[1:].split(" L")]
        assert len(points) == len(counts)
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
        assert curve.scale[-1][1] >= max(counts)
        assert len(curve.scale) <= 6


def test_documents_beyond_the_room_are_counted_and_boxes_never_overlap():
    nodes = [(f"Công văn {number}", "cites", f"/{number}", True) for number in range(30)]
    graph = arrange("Công văn 1", nodes, nodes[:3])
    assert graph.left == 30 - len(graph.before)
    tops = [one.y for one in graph.before]
    assert all(below - above >= graph.box_height for above, below in pairwise(tops))
    assert min(tops) >= 0
    assert max(tops) + graph.box_height <= graph.height


def test_a_side_on_which_no_document_stands_takes_no_room():
    nodes = [("Công văn 2", "cites", "/2", True)]
    only_after, both = arrange("Công văn 1", [], nodes), arrange("Công văn 1", nodes, nodes)
    assert only_after.middle.x == 0
    assert only_after.width < both.width
    assert max(one.x for one in both.after) + both.box <= both.width
