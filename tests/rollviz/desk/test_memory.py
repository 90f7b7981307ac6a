import pytest

from rollviz.desk.memory import memory_of
from tests.rollviz.desk.desks import MISSING, NEXT, Watched, web


@pytest.mark.parametrize("step", [0.05, 0.7, 7.0])
def test_it_does_not_matter_how_often_one_looked(step):
    def remembered(looks: bool):
        desk = web().do(MISSING)
        for _ in range(int(21 / step)):
            desk.run(step)
            if looks:
                desk.look()
        desk.do("rollout undo deployment/web").run(21)
        memory = memory_of(desk.recording)
        return list(memory.lines), memory.hues.of, memory.peaks

    assert remembered(True) == remembered(False)


def test_a_hold_is_no_longer_true_once_something_moved():
    desk = web().do(NEXT).run(0.5)
    old, new = desk.look().strips
    assert (old.pin, new.pin) == ("below", "above")
    while desk.look().strips[0].v == old.v:
        desk.run(0.001)
    old, new = desk.look().strips
    assert memory_of(desk.recording).held("web", new.name, "new may grow by") is None
    assert new.pin == ""


def test_a_recording_of_its_own_has_a_memory_of_its_own():
    one, other = web(), Watched()
    assert memory_of(one.recording).line_count > 0
    assert memory_of(other.recording).line_count == 0


def shown(picture) -> tuple:
    """What the desk says of its moment: all but the graph of the whole take, and where its caps stand at the end."""
    moving = {key: value for key, value in picture.moving.items() if key not in ("rec", "end", "sets")}
    sets = {id: {key: n for key, n in s.items() if key != "g"} for id, s in picture.moving["sets"].items()}
    parts = {id: part for id, part in picture.parts.items() if id not in ("marks", "takes")}
    return moving, sets, parts, picture.log, {key: picture.moving["rec"][key] for key in ("max", "min", "broken")}


def test_the_past_looks_as_it_did():
    desk, lived = web(), {}
    acts = {3: NEXT, 9: MISSING, 31: "rollout undo deployment/web", 40: "scale deployment/web --replicas=4", 47: "delete deployment web"}
    for tick in range(110):
        if tick in acts:
            desk.do(acts[tick])
            lived[desk.recording.now] = shown(desk.look())
        desk.run(0.35)
        lived[desk.recording.now] = shown(desk.look())
    for moment in (*reversed(lived), *lived):
        desk.recording.seek(moment)
        assert shown(desk.look()) == lived[moment]


def test_what_is_forgotten_is_what_is_gone_for_longest(monkeypatch):
    monkeypatch.setattr("rollviz.desk.memory.SETS", 5)
    desk = web(2)
    desk.do("""patch deployment web -p '{"spec":{"revisionHistoryLimit":1}}'""")
    for number in range(2, 12):
        desk.do(f"set image deployment/web web=web:{number}.0").run(20)
    memory = memory_of(desk.recording)
    assert len(memory.versions) == len(memory.names) == 5
    assert [version.label for version in memory.versions.values()] == ["v7", "v8", "v9", "v10", "v11"]
    assert {len(known) <= 6 for known in (memory.peaks, memory.sizes, memory.hues.of, memory.scaled_at)} == {True}
