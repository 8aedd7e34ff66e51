"""The picture of a chart: every count in its colour and length, its words in full, small enough for any phone."""

from io import BytesIO

from PIL import Image

from bot.drawing import draw
from bot.papers.handing import file_of
from handlers.reply import Chart, File, Reply

RED, ORANGE, BLUE, GREY = (198, 40, 40), (245, 159, 0), (59, 111, 182), (184, 192, 200)


def colours(content: bytes) -> dict[tuple[int, int, int], int]:
    """How many points of each colour the picture has."""
    image = Image.open(BytesIO(content)).convert("RGB")
    return {colour: n for n, colour in image.getcolors(1_000_000)}


def test_parts_are_as_long_as_their_counts() -> None:
    file = draw(Chart(((30, 10, 20, 0),), "Ngoại ngữ: 30 đã quá hạn"))

    found = colours(file.content)

    assert (file.media_type, file.description) == ("image/png", "Ngoại ngữ: 30 đã quá hạn")
    assert 2.4 < found[RED] / found[ORANGE] < 3.6  # the numbers written on them take some points
    assert GREY not in found
    assert found[BLUE] > found[ORANGE]


def test_one_of_many_is_seen_too() -> None:
    found = colours(draw(Chart(((1, 0, 5_000, 0),), "")).content)

    assert found[RED] >= 3 * 30


def test_picture_is_small_and_the_same_for_the_same_counts() -> None:
    chart = Chart(tuple((n, 2 * n, 3, 1) for n in range(8)), "")

    first, second = draw(chart), draw(chart)

    assert first == second
    assert len(first.content) < 25_000


def test_empty_chart_is_a_picture_all_the_same() -> None:
    assert Image.open(BytesIO(draw(Chart((), "")).content)).size[0] == 960
    assert Image.open(BytesIO(draw(Chart(((0, 0, 0, 0),), "")).content)).size[1] > 40


def test_reply_hands_its_picture_over_unless_it_has_a_file() -> None:
    chart, file = Chart(((1, 0, 0, 0),), "Một"), File("a.txt", b"a", "text/plain")

    assert file_of(Reply("Tuần này", picture=chart), str) == draw(chart)
    assert file_of(Reply("Tuần này", picture=chart, file=file), str) is file
    assert file_of(Reply("Tuần này"), str) is None


def test_words_make_room_for_themselves_and_are_drawn() -> None:
    bars = ((3, 1, 0, 2),)
    plain = Image.open(BytesIO(draw(Chart(bars, "")).content))
    named = Image.open(
        BytesIO(
            draw(
                Chart(bars, "", title="Sở Mẫu", labels=("Ngoại ngữ",), legend=("quá hạn", "sắp", "sau", "chờ"))
            ).content
        )
    )

    assert named.size[1] > plain.size[1] + 100
    assert draw(Chart(bars, "", labels=("Ngoại ngữ",))) != draw(Chart(bars, "", labels=("Ngoai ngu",)))


def test_a_long_title_is_broken_so_that_its_day_is_read() -> None:
    def height_of(title: str) -> int:
        return Image.open(BytesIO(draw(Chart(((1, 0, 0, 0),), "", title=title)).content)).size[1]

    one, two = height_of("Phòng Mẫu"), height_of("Phòng Tổng hợp Mẫu – tính đến 21/11/2026")

    assert two > one
    assert height_of("Một " * 200) < 3 * two
