import pytest

from simulation.kubectl.parse import parse
from simulation.stages import Images
from tests.rollviz.desk.desks import NEXT, Watched, web


@pytest.mark.parametrize("desk", [Watched, web, lambda: web().do(NEXT).run(30), lambda: Watched().do("run web --image=nginx").run(5)])
def test_every_key_does_what_its_line_says(desk):
    desk = desk()
    acts = desk.says("acts")
    assert acts
    for act in acts:
        before = desk.recording.cluster.copy()
        before.do(parse(act.line))


def test_the_four_images_behave_as_their_keys_promise():
    found = {act.id: act.line.rpartition("=")[2] for act in web().says("acts") if act.line.startswith("set image")}
    assert found == {"good": "web:2.0", "missing": "web:2.0-missing", "crash": "web:2.0-crash", "slow": "web:2.0-slow"}
    assert {id: Images().lookup(image).behaviour for id, image in found.items()} == {
        "good": "good",
        "missing": "missing",
        "crash": "crash",
        "slow": "slow",
    }


def test_the_next_version_has_the_next_number():
    desk = web().do(NEXT).run(40)
    assert any(act.line.endswith("web:3.0") for act in desk.says("acts"))


def test_undo_is_offered_once_there_is_something_to_go_back_to():
    assert "undo" not in {act.id for act in web().says("acts")}
    assert "undo" in {act.id for act in web().do(NEXT).run(1).says("acts")}


def test_a_desk_without_a_service_is_offered_one():
    desk = Watched().do("create deployment web --image=web:1.0")
    assert desk.says("acts")[0].line == "expose deployment/web --port=80"
    assert "expose" not in {act.id for act in web().says("acts")}


def test_after_an_image_that_nobody_has_the_keys_make_versions_of_the_one_before():
    desk = Watched().do("create deployment web --image=nginx --replicas=2").run(10)
    desk.do("set image deployment/web nginx=that-image-does-not-exist").run(10)
    found = {act.id: act.line.rpartition("=")[2] for act in desk.says("acts") if act.line.startswith("set image")}
    assert found == {"good": "nginx:3.0", "missing": "nginx:3.0-missing", "crash": "nginx:3.0-crash", "slow": "nginx:3.0-slow"}
