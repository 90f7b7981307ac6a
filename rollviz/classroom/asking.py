"""The addresses of a question to the class: it is asked, opened and put away by whoever moves the desk.

The desk stands still from the question to its opening. Then it is brought to the second that was asked about, and the truth is what the
engine says happens if nobody touches anything.
"""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from rollviz.classroom.poll import AHEAD, ASKS
from rollviz.classroom.question import Asked
from rollviz.desk.views import answers
from rollviz.desk.words import say
from rollviz.rooms.keys import is_presenter
from rollviz.rooms.refusals import Refused, WrongKey
from rollviz.rooms.registry import registry
from rollviz.rooms.room import Room
from simulation.lesson import Question


@answers("POST")
async def ask(request: HttpRequest, desk: str) -> HttpResponse:
    """One of the menu's questions, or that of a step of the lesson."""
    room = await _own(request, desk)
    asked = _of_step if request.POST.get("about") == "lesson" else _of_menu
    found = asked(room, request.POST)
    await room.set_clock(paused=True)
    room.audience.ask(found.poll)
    return HttpResponse(status=204)


@answers("POST")
async def open_answers(request: HttpRequest, desk: str) -> HttpResponse:
    room = await _own(request, desk)
    poll = room.audience.poll
    if poll is None or poll.opened:
        raise Refused(say("Nothing is asked at the moment."))
    await poll.resolve()
    room.audience.show()
    return HttpResponse(status=204)


@answers("POST")
async def put_away(request: HttpRequest, desk: str) -> HttpResponse:
    room = await _own(request, desk)
    room.audience.ask(None)
    return HttpResponse(status=204)


async def _own(request: HttpRequest, desk: str) -> Room:
    room = await registry.open(desk)
    if not is_presenter(request, room.desk):
        raise WrongKey(say("Only who moves this desk asks the class."))
    return room


def _of_menu(room: Room, post: Mapping[str, str]) -> Asked:
    about, ahead = post.get("about", ""), post.get("ahead", "")
    if about not in ASKS or ahead not in map(str, AHEAD):
        raise Refused(say("There is no such question."), "about")
    name = room.picture().moving["m"]["name"]
    if not name:
        raise Refused(say("There is no Deployment to ask about yet."), "about")
    ask = say(ASKS[about], seconds=ahead)
    made = Asked(room, Question(str(ask), about, at=room.now / 1000, ahead=int(ahead), deployment=name))
    made.poll.ask = ask
    return made


def _of_step(room: Room, post: Mapping[str, str]) -> Asked:
    """Its act is part of the question: it is done when the answers are opened."""
    steps, number = room.recording.scenario.steps, post.get("step", "")
    step = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
    question = next((q for q in room.recording.scenario.questions if q.step == step), None)
    if not 0 < step <= len(steps) or question is None:
        raise Refused(say("This step has no question."), "step")
    shown = room.picture().parts["lesson"][1].steps[step - 1]
    if not shown.open or shown.question.due:
        raise Refused(say("This question is not open any more.") if shown.open else say("This step is not open yet."), "step")
    return Asked(room, question, steps[step - 1].action)
