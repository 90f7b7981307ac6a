import pytest
from websockets.frames import Frame as Parsed
from websockets.frames import Opcode
from websockets.streams import StreamReader

from rollviz.rooms.frame import Frame


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 100_000])
def test_a_frame_is_one_final_text_message_of_the_same_bytes(length):
    text = ("ü" * length)[:length]
    reader = StreamReader()
    reader.feed_data(Frame(text).wire)
    reader.feed_eof()
    frame = _run(Parsed.parse(reader.read_exact, mask=False))
    assert (frame.opcode, frame.fin, frame.data.decode()) == (Opcode.TEXT, True, text)


def _run(generator):
    try:
        next(generator)
    except StopIteration as end:
        return end.value
    raise AssertionError("The frame is longer than it says")
