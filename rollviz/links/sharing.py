"""What a desk offers to share: the run up to this moment as links, each with the words that a chat will show."""

import asyncio
from html import escape
from typing import NamedTuple

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from rollviz.classroom import codes
from rollviz.desk.words import Text, clock, counted, say
from rollviz.export.moment import Moment as Shown
from rollviz.language import ENGLISH, chosen, told
from rollviz.links import cards, moments
from rollviz.links.address import absolute
from rollviz.links.moments import Moment
from rollviz.links.qr import qr
from rollviz.rooms.keys import is_presenter
from rollviz.rooms.room import Room
from simulation import links


class Way(NamedTuple):
    """One kind of link. `text` is the run to make a short link of, "" if this is one already or needs none."""

    name: str
    title: str
    words: str
    address: str
    """"" if the run is too long for a link of its own."""
    copied: str
    """What the copy key copies: the address, or the line for a page."""
    text: str
    moment: Moment | moments.Kept | None
    card: str
    code: SafeString | None

    @property
    def place(self) -> str:
        """The choice below which it stands: an invitation is asked for where one lets others follow."""
        return "live" if self.name in ("share", "hand") else self.name


class Made(NamedTuple):
    run: links.Run
    text: str
    fits: bool
    moment: Moment


KEPT = 100
_lately: dict[str, tuple[tuple, list[Made]]] = {}
"""What was shared last of each desk, and how it stood then."""


async def ways_of(request: HttpRequest, room: Room) -> list[Way]:
    """The desk as it stands now, in each of the four ways."""
    code = await (codes.made if is_presenter(request, room.desk) else codes.found)(room.desk.id)
    made = await _made(room, chosen(request) or ENGLISH)
    found = [way(request, one.run.opens, one.run, one.text, one.moment, fits=one.fits) for one in made]
    run, text, fits, moment = made[0]
    live = told(request, absolute(request, f"/f/{code}" if code else f"/d/{room.desk.id}/follow"))
    title, words = _said_of("live", run)
    found.append(Way("live", title, words, live, live, "", None, "", qr(live)))
    found.append(way(request, "embed", run, text, moment, fits=fits))
    return found


def way(request: HttpRequest, name: str, run: links.Run, text: str, moment: Moment, short: str = "", fits: bool = True) -> Way:
    """A link to this run: short if it is kept under that id, else with the run in it, if it fits."""
    title, words = _said_of(name, run)
    path = f"/s/{short}" if short else f"/l/{text}"
    address = told(request, absolute(request, f"/embed{path}" if name == "embed" else path)) if fits else ""
    copied = frame(address, moment.title) if name == "embed" and fits else address
    card = told(request, f"{path}/card.png") if fits else ""
    return Way(name, title, words, address, copied, "" if short else text, moment, card, qr(address) if fits else None)


def frame(address: str, title: str) -> str:
    """The line for a page: as wide as the page lets it be, and as high as a desk needs."""
    style = "width:100%;height:44rem;max-height:92vh;border:0"
    return f'<iframe src="{escape(address)}" title="{escape(title)}" style="{style}" loading="lazy" allow="fullscreen"></iframe>'


async def _made(room: Room, language: str) -> list[Made]:
    """The runs of the moment with their texts and words. A class that shares one moment shares one making."""
    recording, now = room.recording, room.picture().parts["now"][1]
    cluster, commands = recording.cluster.copy(), list(recording.commands)
    stands = (cluster.now, cluster.store.revision, commands)
    if (kept := _lately.get(room.desk.id)) and kept[0] == stands:
        return kept[1]
    shown = Shown(recording)
    written = await asyncio.to_thread(_written, recording.scenario, recording.seed, commands, cluster)
    await cards.note([text for _, text, _ in written], shown, language)
    made = [Made(run, text, fits, moments.moment_at(now, run, recording.scenario)) for run, text, fits in written]
    for one in made:
        moments.note(one.text, one.moment)
    _lately[room.desk.id] = stands, made
    while len(_lately) > KEPT:
        del _lately[next(iter(_lately))]
    return made


def _written(begins, seed, commands, cluster) -> list[tuple[links.Run, str, bool]]:
    """The two runs, the text of each, and whether it fits into a link."""
    state = links.state_sum(cluster)
    runs = [links.run_of(begins, seed, commands, cluster.now, opens, state) for opens in ("moment", "start")]
    try:
        return [(run, links.write(run), True) for run in runs]
    except links.TooLong:
        return [(run, links.write(run, links.KEPT), False) for run in runs]


def _said_of(name: str, run: links.Run) -> tuple[str, str]:
    """Title and words, in the language of whoever shares."""
    if name == "moment":
        return gettext("This moment"), say("Opens paused at {at}. They can rewind.", at=clock(run.at_ms)).plain
    if name == "start":
        return gettext("From the start"), _plays(len(run.commands)).plain
    if name == "live":
        return gettext("Follow live"), gettext("They see what you see, as it happens.")
    return gettext("Embed"), gettext("The desk in a page. No account, no cookies.")


def _plays(n: int) -> Text:
    if not n:
        return say("Plays from 0:00, on the same seed.")
    return counted("Plays your command again from 0:00, on the same seed.", "Plays your {n} commands again from 0:00, on the same seed.", n)
