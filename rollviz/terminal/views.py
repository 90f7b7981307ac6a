"""The terminal's addresses. Everybody may type what reads; only the desk's maker changes it, and everybody else is told so."""

import asyncio
import contextlib
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from rollviz.desk.memory import hues_of
from rollviz.desk.views import answers
from rollviz.rooms.keys import is_presenter
from rollviz.rooms.limits import MANIFEST_BYTES, Allowances
from rollviz.rooms.refusals import Refused, TooLarge
from rollviz.rooms.registry import registry
from rollviz.rooms.room import Room
from rollviz.terminal.session import Session, open_session, sessions
from rollviz.terminal.suggest import suggestions
from simulation.api.errors import StatusError
from simulation.kubectl import editing, terminal
from simulation.kubectl.answer import Answer, Running
from simulation.kubectl.complete import complete

LINES_PER_MINUTE = 300
COMPLETIONS_PER_MINUTE = 1200
OUTPUT_SIGNS = 400_000
SHOWN_SIGNS = 400
"""Of a line, as those who follow see it."""
LARGE = 200
"""Pods from which on a line is worked out beside the event loop, on a copy: the yaml of a thousand takes seconds."""

typed = Allowances(LINES_PER_MINUTE, noop("lines"))
asked = Allowances(COMPLETIONS_PER_MINUTE, noop("completions"))

WATCHING = noop(
    "You are watching this desk: get, describe, logs and all else that reads works here, but only its maker changes it. "
    "`try it` makes a copy of your own."
)
PAUSED = noop("The clock is paused: nothing comes of this until somebody presses play.")
NO_STREAM = noop("This terminal has no line to the server at the moment: type it again when it is back.")


@answers("POST")
async def type_line(request: HttpRequest, desk: str) -> HttpResponse:
    """One line, and with it the text that was edited, if one was."""
    room = await registry.open(desk)
    typed.take(request.META.get("REMOTE_ADDR", ""))
    line, text, opened = request.POST.get("line", ""), _text(request, "text"), _text(request, "opened")
    session = _session(request, room)
    seat = terminal.Seat(
        room.recording.cluster,
        presenter=is_presenter(request, room.desk),
        turn=session.turn if session is not None else room.now // 100,
        text=text,
        opened=opened,
        before_1_18=room.recording.scenario.run == "deployment",
        server=request.build_absolute_uri(f"/k8s/{room.desk.id}"),
    )
    if session is not None:
        session.turn += 1
    shown = room.transcript.say(line.strip()[:SHOWN_SIGNS], room.now) if seat.presenter else 0
    answer = await _answer(room, seat, line, session, shown)
    room.transcript.add(shown, room.now, answer["out"], answer["err"])
    return _json(answer)


@answers("GET")
async def stream(request: HttpRequest, desk: str) -> HttpResponse:
    room = await registry.open(desk)
    session = open_session(room)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Encoding": "identity"}
    return StreamingHttpResponse(session.stream(), content_type="text/event-stream", headers=headers)


@answers("POST")
async def stop(request: HttpRequest, desk: str) -> HttpResponse:
    """Ctrl-C."""
    room = await registry.open(desk)
    session, number = _session(request, room), request.POST.get("n", "")
    if session is not None and number.isascii() and number.isdigit() and len(number) < 9:
        command = session.stop(int(number))
        if command is not None and is_presenter(request, room.desk):
            with contextlib.suppress(StatusError, Refused):  # it was over in that moment
                await room.do(command)
    return HttpResponse(status=204)


@answers("GET")
async def completions(request: HttpRequest, desk: str) -> HttpResponse:
    room = await registry.open(desk)
    asked.take(request.META.get("REMOTE_ADDR", ""))
    line = request.GET.get("line", "")[: terminal.MOST_SIGNS]
    return _json([{"word": one.word, "said": one.said} for one in complete(line, room.recording.cluster.store)])


# ------------------------------------------------------------------------------------------------------------ details


async def _answer(room: Room, seat: terminal.Seat, line: str, session: Session | None, shown: int) -> dict[str, Any]:
    if room.recording.cluster.store.count("Pod") > LARGE:
        seat.cluster = room.recording.cluster.copy()
        found = await asyncio.to_thread(terminal.plan, line, seat)
    else:
        found = terminal.plan(line, seat)
    if terminal.is_writing(found) and not seat.presenter:
        return _said(room, line, Answer("", "", 1, gettext(WATCHING)))
    if isinstance(found, terminal.Edit):
        return {**_said(room, line, Answer("", "", None)), "edit": {"title": found.title, "text": found.text, "said": found.said}}
    if isinstance(found, terminal.Do):
        return await _do(room, found, line, session, seat.text, shown)
    if isinstance(found, Running):
        return _run_on(room, found, line, session, Answer(), shown)
    return _said(room, line, found)


async def _do(room: Room, found: terminal.Do, line: str, session: Session | None, text: str | None, shown: int) -> dict[str, Any]:
    try:
        said = await room.do(found.command)
    except StatusError as error:
        answer = _said(room, line, found.refuse(error))
        if found.verb == "edit" and text is not None:
            answer["edit"] = {"title": gettext("the same again"), "text": editing.reopened(error, text), "said": error.message}
        return answer
    except Refused as refusal:
        return _said(room, line, Answer("", f"{refusal.plain}\n", 1))
    store = room.recording.cluster.store
    answer = found.finish(said, store)
    if room.clock.paused:
        answer = msgspec.structs.replace(answer, note=gettext(PAUSED))
    body = {"hint": terminal.teaches(found)}
    after = found.after(store) if session is not None else None
    return body | (_said(room, line, answer) if after is None else _run_on(room, after, line, session, answer, shown))


def _run_on(room: Room, found: Running, line: str, session: Session | None, before: Answer, shown: int) -> dict[str, Any]:
    if session is None:
        return _said(room, line, Answer("", "", 1, NO_STREAM))
    number, first = session.start(found, room.recording.cluster, shown)
    answer = Answer(before.out + first.out, before.err + first.err, first.code, before.note)
    if number is not None and room.clock.paused and not answer.note:
        answer = msgspec.structs.replace(answer, note="The clock is paused: this waits until somebody presses play.")
    return {**_said(room, line, answer), "n": number}


def _said(room: Room, line: str, answer: Answer) -> dict[str, Any]:
    note, out = answer.note, answer.out
    if len(out) > OUTPUT_SIGNS:
        out = out[:OUTPUT_SIGNS].rpartition("\n")[0] + "\n"
        note = "There is more than fits here; a selector or a name makes it less."
    body = {"out": out, "err": answer.err, "code": answer.code, "note": note, "t": room.now, "hues": hues_of(room.recording)}
    return body | {"suggest": suggestions(line, room.recording.cluster.store)}


def _text(request: HttpRequest, field: str) -> str | None:
    """What an editor held, as it came from a form."""
    text = request.POST.get(field)
    if text is not None and len(text.encode()) > MANIFEST_BYTES:
        raise TooLarge(f"A text has at most {MANIFEST_BYTES} bytes here.", field)
    return text.replace("\r\n", "\n") if text is not None else None


def _session(request: HttpRequest, room: Room) -> Session | None:
    session = sessions.get(request.POST.get("session", ""))
    return session if session is not None and session.tap.room is room else None


def _json(value: Any) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(value), content_type="application/json", headers={"Cache-Control": "no-store"})
