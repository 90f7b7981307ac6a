"""Verbs about the person and the client rather than the cluster, and those whose server a desk does not have: auth, config, top, autoscale.

Models kubectl/pkg/cmd/auth, config, top and autoscale (v1.33); the answers are those of the desk's own API server.
"""

from simulation.api.errors import StatusError, UsageError, go_quote
from simulation.api.resources import BY_KIND
from simulation.kubectl import output
from simulation.kubectl.answer import Answer
from simulation.kubectl.asking import asked, find
from simulation.kubectl.known import read
from simulation.kubectl.seat import Seat
from simulation.kubectl.tabs import PRINTED, align
from simulation.kubectl.things import UnknownKind, kinds_named

READS = ("get", "list", "watch")
VERBS = (*READS, "create", "update", "patch", "delete", "deletecollection", "use", "bind", "impersonate", "*")
"""Those that `auth can-i` knows."""
TWO = "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples."
NO_CONFIG = """apiVersion: v1
clusters: null
contexts: null
current-context: ""
kind: Config
preferences: {}
users: null
"""
CONFIG = {
    "view": Answer(NO_CONFIG),
    "current-context": Answer("", "error: current-context is not set\n", 1),
    "get-contexts": Answer("CURRENT   NAME   CLUSTER   AUTHINFO   NAMESPACE\n"),
    "get-clusters": Answer("NAME\n"),
    "get-users": Answer("NAME\n"),
}
"""What kubectl says without a kubeconfig, as here."""
ELSEWHERE = "this terminal is always on this desk; there is no kubeconfig to change"
FORBIDDEN = "a desk has no metrics and no autoscaler, so that you hold the faders; use kubectl scale"


def unknown_command(parent: str, words: list[str]) -> UsageError:
    return UsageError(f"unknown command {go_quote(' '.join(words))}\nSee 'kubectl {parent} -h' for help and examples")


def top(words: list[str], seat: Seat) -> Answer:
    if words[0] not in ("pods", "pod", "po", "nodes", "node", "no"):
        raise unknown_command("top", words)
    read(words[1:], "top nodes" if words[0].startswith("no") else "top pods")
    raise UsageError("Metrics API not available")


def config(words: list[str], seat: Seat) -> Answer:
    if words[0] in CONFIG:
        return CONFIG[words[0]]
    raise UsageError(ELSEWHERE, prefix="")


def auth(words: list[str], seat: Seat) -> Answer:
    if words[0] == "whoami":
        name = "presenter" if seat.presenter else "viewer"
        if (how := output.check_format(read(words[1:], "auth whoami").text("output"), output.CHANGED)) and how != "name":
            status = {"userInfo": {"username": name}}
            body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview", "metadata": {"creationTimestamp": None}}
            return Answer(output.one(how, {**body, "status": status}, ""))
        return Answer(align(f"ATTRIBUTE\tVALUE\nUsername\t{name}\n", PRINTED))
    if words[0] == "reconcile":
        raise UsageError("must specify one of -f and -k")
    if words[0] != "can-i":
        raise unknown_command("auth", words)
    parsed = read(words[1:], "auth can-i")
    if parsed.true("list"):
        rows = [("*.*", "[]", "[]", "[*]")] if seat.presenter else [("*.*", "[]", "[]", f"[{' '.join(READS)}]")]
        head = [] if parsed.true("no-headers") else [("Resources", "Non-Resource URLs", "Resource Names", "Verbs")]
        return Answer(align("\n".join("\t".join(row) for row in [*head, *rows]) + "\n", PRINTED))
    if len(parsed.args) != 2:
        raise UsageError(TWO)
    verb, thing = parsed.args
    may = seat.presenter or verb in READS
    said = "" if parsed.true("quiet") else "yes\n" if may else "no\n"
    return Answer(said, _doubts(verb, thing, parsed.true("all-namespaces")), 0 if may else 1)


def _doubts(verb: str, thing: str, everywhere: bool) -> str:
    warnings = [] if verb in VERBS or thing.startswith("/") else [f"verb '{verb}' is not a known verb"]
    word = thing.partition("/")[0]
    if word and word != "*":
        try:
            row = BY_KIND[kinds_named(word)[0]]
        except UnknownKind:
            warnings.append(f"the server doesn't have a resource type '{word}'")
        else:
            group = f" in group '{row.group}'" if row.group else ""
            warnings += [] if row.namespaced or everywhere else [f"resource '{row.plural}' is not namespace scoped{group}"]
    return "".join(f"Warning: {warning}\n\n" for warning in warnings)


def autoscale(words: list[str], seat: Seat) -> Answer:
    parsed = read(words, "autoscale")
    least, most = parsed.number("min") or 0, parsed.number("max")
    if most is None:
        raise UsageError('required flag(s) "max" not set')
    if most < 1:
        raise UsageError(f"--max=MAXPODS is required and must be at least 1, max: {most}")
    if most < least:
        raise UsageError(f"--max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}")
    missing = "you must provide one or more resources by argument or filename"
    _, errors = find(seat.store, asked(parsed, UsageError(missing)))
    if errors:
        raise errors[0]
    raise StatusError(403, "Forbidden", f"horizontalpodautoscalers.autoscaling is forbidden: {FORBIDDEN}")
