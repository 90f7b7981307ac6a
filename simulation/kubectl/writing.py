"""Verbs that change something: the command that a line means, what it would do without doing it, and what is not there of what it names."""

import contextlib
import difflib

import msgspec

from simulation.api.errors import StatusError, UsageError, go_quote, not_found
from simulation.api.resources import BY_KIND
from simulation.api.wire import rfc3339
from simulation.commands import Command, Cordon, Delete, Scale, SetImage, Several, Uncordon, Undo
from simulation.kubectl import files, output, parse
from simulation.kubectl.answer import Answer
from simulation.kubectl.asking import asked, find
from simulation.kubectl.dry import decodes, dry_run, printed, touched_by
from simulation.kubectl.flags import FALSE
from simulation.kubectl.known import read
from simulation.kubectl.seat import Do, Edit, Plan, Seat, refused
from simulation.kubectl.setting import MADE
from simulation.objects import Time
from simulation.store import Store

IMAGE_REFUSED = "failed to patch image update to pod template: "
BARE_DRY = "helpers.go:703] --dry-run is deprecated and can be replaced with --dry-run=client."
MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"
PICKING = ("field-selector", "selector", "all", "all-namespaces")
NEVER_TRIED = ("pause", "resume", "restart")
"""Rollouts that have no --dry-run."""
BOOLEAN = {"true": "background", "false": "orphan"}


class Manner(msgspec.Struct):
    """How a line is to be done: `dry` is "", client or server, `how` an output format, `first` what is said before anything else."""

    dry: str = ""
    how: str = ""
    first: str = ""
    file: str = ""


def writing(verb: str, words: list[str], seat: Seat) -> Plan:
    """Raises StatusError."""
    bare, manner = strip(verb, words, seat.store)
    if verb in files.VERBS and files.from_file(bare):
        return _from_file(verb, bare, manner, seat)
    if verb in ("apply", "replace"):
        parsed = read(bare, verb)
        raise unexpected(verb, parsed.args) if parsed.args else UsageError("must specify one of -f and -k")
    if verb == "run" and seat.before_1_18 and not any(word.startswith("--generator") for word in bare):
        bare = ["--generator=deployment/apps.v1", *bare]
    if verb == "set" and bare[:1] and bare[0] in MADE:
        return _setting(bare, manner, seat)
    _check_versions(verb, bare, seat.store)
    bare = _fields_as_names(verb, bare, seat.store)
    if bare is None:
        return Answer("No resources found\n")
    bare, wait = _waits(verb, bare)
    if verb == "create" and bare[:1] and bare[0] in ("service", "svc"):
        verb = "create service"
    return give(parse.VERBS[verb.partition(" ")[0]](bare), verb if wait else "delete --wait=false", seat, manner)


def give(command: Command, verb: str, seat: Seat, manner: Manner | None = None, begin: str = "") -> Plan:
    """The command, tried if it is only to be tried, without what it names and is not there."""
    manner = manner or Manner()
    begin = begin or (IMAGE_REFUSED if isinstance(command, SetImage) else "")
    there, missing = _there(command, verb, manner.file, seat.store)
    if there is None:
        return Answer("", manner.first + missing, 1)
    if manner.dry:
        try:
            answer = dry_run(there, verb, manner.how, manner.dry, seat.cluster)
        except StatusError as error:
            return refused(error, verb, manner.file, begin)
        return msgspec.structs.replace(answer, err=manner.first + answer.err + missing, code=1 if missing else answer.code)
    do = Do(there, verb, manner.how, manner.file, manner.first, missing, begin)
    if not manner.how:
        return do
    touched = ()
    with contextlib.suppress(StatusError):  # the desk will say what is wrong with it
        touched = touched_by(there, seat.store)
    before = printed(touched, manner.how, seat.store, decodes(there, verb)) if isinstance(there, Scale | Undo) else ""
    return msgspec.structs.replace(do, touched=touched, before=before)


def unexpected(verb: str, args: list[str]) -> UsageError:
    return UsageError(f"Unexpected args: [{' '.join(args)}]\nSee 'kubectl {verb} -h' for help and examples")


def unknown(word: str, known: list[str]) -> UsageError:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    said = f'unknown command {go_quote(word)} for "kubectl"'
    return UsageError(said + (f"\n\nDid you mean this?\n\t{near[0]}\n" if near else ""))


def strip(verb: str, words: list[str], store: Store) -> tuple[list[str], Manner]:
    """The words without the flags that every writing verb has, and what those say. Raises UsageError."""
    kept: list[str] = []
    manner = Manner()
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            kept += [word, *waiting]
            break
        if (word == "--dry-run" or word.startswith("--dry-run=")) and not (verb == "rollout" and words[0] in NEVER_TRIED):
            manner.dry = _dry(word)
            manner.first += "" if "=" in word else f"W{_klog(store.seconds)} {BARE_DRY}\n"
        elif word in ("-o", "--output") and waiting:
            manner.how = waiting.pop(0)
        elif word.startswith("--output=") or (word.startswith("-o") and len(word) > 2):
            manner.how = word.removeprefix("--output=").removeprefix("-o").removeprefix("=")
        elif verb == "delete" and word.startswith("--cascade=") and word[10:] in BOOLEAN:
            instead = f"--cascade={BOOLEAN[word[10:]]}"
            manner.first += f"warning: {word} is deprecated (boolean value) and can be replaced with {instead}.\n"
            kept.append(instead)
        else:
            kept.append(word)
    if verb == "delete" and manner.how not in ("", "name"):
        raise UsageError(f"unexpected -o output mode: {manner.how}. We only support '-o name'")
    output.check_format(manner.how, output.CHANGED)
    return kept, manner


# ------------------------------------------------------------------------------------------------------------ details


def _klog(seconds: Time) -> str:
    """How klog begins a line: the date, the time, and a process, which is not here."""
    text = rfc3339(seconds)
    return f"{text[5:7]}{text[8:10]} {text[11:19]}.000000       1"


def _dry(word: str) -> str:
    value = word.partition("=")[2] or "client"
    if value not in ("client", "server", "none"):
        raise UsageError(f'Invalid dry-run value ({value}). Must be "none", "server", or "client".')
    return "" if value == "none" else value


def _there(command: Command, verb: str, file: str, store: Store) -> tuple[Command | None, str]:
    """(the command without what is not there, what is said of that): kubectl does what it can of a line that names several."""
    if not isinstance(command, Several):
        return command, ""
    gone = [part for part in command.commands if _is_missing(part, store)]
    if not gone or (len(gone) == len(command.commands) and isinstance(gone[0], Scale)):
        return command, ""
    said = "".join(f"{files.refusal(not_found(part.kind, part.name), verb, file)}\n" for part in gone)
    left = tuple(part for part in command.commands if part not in gone)
    if len(left) < 2:
        return (left[0] if left else None), said
    return Several(left, command.line), said


def _is_missing(part: Command, store: Store) -> bool:
    name = getattr(part, "name", "")
    if not name or not hasattr(part, "kind") or isinstance(part, Cordon | Uncordon) or (isinstance(part, Delete) and part.ignore_not_found):
        return False
    return store.get(part.kind, name, "" if part.kind == "Node" else "default") is None


def _setting(words: list[str], manner: Manner, seat: Seat) -> Plan:
    made = MADE[words[0]](words[1:], seat.store)
    if made.command is None:
        return msgspec.structs.replace(made.answer, err=manner.first + made.answer.err)
    return give(made.command, made.verb, seat, msgspec.structs.replace(manner, first=manner.first + made.answer.err), made.refused)


def _check_versions(verb: str, words: list[str], store: Store) -> None:
    """`--resource-version=N` of scale, label and annotate: only if the object still has it. Raises StatusError."""
    if verb not in ("scale", "label", "annotate"):
        return
    parsed = read(words, verb)
    wanted = parsed.text("resource-version")
    args = [arg for arg in parsed.args if "=" not in arg and not arg.endswith("-")]
    if not wanted or not args:
        return
    if verb != "scale" and (parsed.true("all") or parsed.has("selector")):
        raise UsageError("--resource-version may only be used with a single resource")
    parsed.args = args
    found, _ = find(store, asked(parsed, UsageError("resource(s) were provided, but no name was specified")))
    for obj in found:
        have, row = obj.metadata.resource_version, BY_KIND[type(obj).__name__]
        if have != wanted and verb == "scale":
            raise UsageError(f"Expected resource version to be {wanted}, was {have}")
        if have != wanted:
            said = f'Operation cannot be fulfilled on {row.resource} "{obj.metadata.name}": {MODIFIED}'
            raise StatusError(409, "Conflict", said)


def _fields_as_names(verb: str, words: list[str], store: Store) -> list[str] | None:
    """`--field-selector` of a verb that writes, as the names that it picks now; None if it picks nothing."""
    if verb not in ("label", "annotate", "delete") or not any(word.startswith("--field-selector") for word in words):
        return words
    parsed = read(words, verb)
    changes = [arg for arg in parsed.args if verb != "delete" and ("=" in arg or arg.endswith("-"))]
    parsed.args = [arg for arg in parsed.args if arg not in changes]
    found, _ = find(store, asked(parsed, UsageError("one or more resources must be specified as <resource> <name> or <resource>/<name>")))
    names = [f"{BY_KIND[type(obj).__name__].plural}/{obj.metadata.name}" for obj in found]
    rest = [f"--{name}={value}" for name, values in parsed.flags.items() if name not in PICKING for value in values]
    return [*names, *changes, *rest] if names else None


def _waits(verb: str, words: list[str]) -> tuple[list[str], bool]:
    if verb != "delete":
        return words, True
    no = [word for word in words if word.startswith("--wait=") and word[7:] in FALSE]
    return [word for word in words if word not in no], not no


def _from_file(verb: str, words: list[str], manner: Manner, seat: Seat) -> Plan:
    parsed = read(words, verb)
    if parsed.args:
        raise unexpected(verb, parsed.args)
    name = files.file_of(parsed)
    validate = parsed.text("validate", "strict").lower()
    if validate not in files.VALIDATE:
        said = "must be one of: strict (or true), warn, ignore (or false)"
        raise UsageError(f"invalid - validate option {go_quote(parsed.text('validate'))}; {said}")
    if seat.text is None:
        return Edit(name, "")
    if not seat.text.strip():
        raise UsageError("no objects passed to " + verb)
    text, manner = seat.text, msgspec.structs.replace(manner, file=name)
    if verb == "replace" and files.VALIDATE[validate] != "strict":
        text, said = files.lenient(text, validate)
        manner.first += "".join(f"{line}\n" for line in said)
    try:
        text, gone = files.split(text, seat.store) if verb == "replace" else (text, [])
        missing = "".join(f"{files.refusal(error, verb, name)}\n" for error in gone)
        if not text.strip():
            return Answer("", manner.first + missing, 1)
        made = files.command(verb, text, parsed)
    except StatusError as error:
        return refused(error, verb, name, "")
    found = give(made, verb, seat, manner)
    return msgspec.structs.replace(found, missing=missing) if missing and isinstance(found, Do) else found
