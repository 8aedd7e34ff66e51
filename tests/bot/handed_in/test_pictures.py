"""Pictures painted anew, and what is broken in them refused in the one way that is promised."""

import pytest

from bot.handed_in.kinds import Kind
from bot.handed_in.pictures import NotPaintedError, paint_anew
from handlers.handed_in import FileRefusal
from tests.bot.handed_in.hostile import photo_with_place

_ENTRIES_OF_MAKER = 41  # the byte of the list of what the telephone says, and two values by which it tells nonsense


@pytest.mark.parametrize("value", [0, 84])
def test_a_photo_whose_own_data_make_no_sense_is_refused_as_broken(value: int) -> None:
    content = bytearray(photo_with_place())
    content[_ENTRIES_OF_MAKER] = value

    with pytest.raises(NotPaintedError) as refused:
        paint_anew(bytes(content), Kind.JPEG)

    assert refused.value.reason is FileRefusal.BROKEN
