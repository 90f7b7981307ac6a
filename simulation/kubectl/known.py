"""Every flag that kubectl 1.33 has, by verb: so that what is only not done here is told apart from what is not kubectl's at all.

Read off `kubectl VERB --help`. A flag is `short/name` and how it is said: `?` a boolean, `#` a number, `*` may be said again,
`!` a duration, `~` has a value of its own when said bare.
"""

import functools
import re

from simulation.api.errors import UsageError, go_quote
from simulation.kubectl.flags import Flag, Parsed, parse_flags

PRINT = "allow-missing-template-keys? o/output show-managed-fields? template"
FILES = "f/filename* k/kustomize R/recursive?"
EVERYWHERE = (
    "as as-group* as-uid cache-dir certificate-authority client-certificate client-key cluster context "
    "disable-compression? insecure-skip-tls-verify? kubeconfig log-flush-frequency! match-server-version? n/namespace "
    "password profile profile-output request-timeout s/server tls-server-name token user username v/v# vmodule "
    "warnings-as-errors?"
)

FLAGS = {
    "get": (
        f"{PRINT} {FILES} A/all-namespaces? chunk-size# field-selector ignore-not-found? L/label-columns* no-headers? "
        "output-watch-events? raw l/selector server-print? show-kind? show-labels? sort-by subresource w/watch? watch-only?"
    ),
    "describe": f"{FILES} A/all-namespaces? chunk-size# l/selector show-events?",
    "logs": (
        "all-containers? all-pods? c/container f/follow? ignore-errors? insecure-skip-tls-verify-backend? limit-bytes# "
        "max-log-requests# pod-running-timeout! prefix? p/previous? l/selector since! since-time tail# timestamps?"
    ),
    "events": f"{PRINT} A/all-namespaces? chunk-size# for no-headers? types* w/watch?",
    "explain": "api-version output recursive?",
    "wait": f"{PRINT} all? A/all-namespaces? field-selector f/filename* for local? R/recursive? l/selector timeout!",
    "version": "client? o/output",
    "api-resources": "api-group cached? categories* namespaced? no-headers? o/output sort-by verbs*",
    "api-versions": "",
    "cluster-info": "",
    "top pods": "A/all-namespaces? containers? field-selector no-headers? l/selector sort-by sum? use-protocol-buffers?",
    "top nodes": "no-headers? l/selector show-capacity? sort-by use-protocol-buffers?",
    "auth can-i": "A/all-namespaces? list? no-headers? q/quiet? subresource",
    "auth whoami": f"{PRINT}",
    "edit": f"{PRINT} {FILES} field-manager output-patch? save-config? subresource validate~ windows-line-endings?",
    "diff": f"{FILES} concurrency# field-manager force-conflicts? prune? prune-allowlist* l/selector server-side? show-managed-fields?",
    "create": f"{PRINT} {FILES} dry-run~ edit? field-manager raw save-config? l/selector validate~ windows-line-endings?",
    "create deployment": f"{PRINT} dry-run~ field-manager image* port# r/replicas# save-config? validate~",
    "create service clusterip": f"{PRINT} clusterip dry-run~ field-manager save-config? tcp* validate~",
    "create service nodeport": f"{PRINT} dry-run~ field-manager node-port# save-config? tcp* validate~",
    "create service loadbalancer": f"{PRINT} dry-run~ field-manager save-config? tcp* validate~",
    "create service externalname": f"{PRINT} dry-run~ external-name field-manager save-config? tcp* validate~",
    "create poddisruptionbudget": f"{PRINT} dry-run~ field-manager max-unavailable min-available save-config? selector validate~",
    "create namespace": f"{PRINT} dry-run~ field-manager save-config? validate~",
    "run": (
        f"{PRINT} {FILES} annotations* attach? cascade~ command? dry-run~ env* expose? field-manager force? grace-period# "
        "image image-pull-policy l/labels leave-stdin-open? override-type overrides pod-running-timeout! port privileged? "
        "q/quiet? restart rm? save-config? i/stdin? timeout! t/tty? wait?"
    ),
    "expose": (
        f"{PRINT} {FILES} cluster-ip dry-run~ external-ip field-manager l/labels load-balancer-ip name override-type "
        "overrides port protocol save-config? selector session-affinity target-port type"
    ),
    "scale": f"{PRINT} {FILES} all? current-replicas# dry-run~ replicas# resource-version l/selector timeout!",
    "set image": f"{PRINT} {FILES} all? dry-run~ field-manager local? l/selector",
    "set env": (
        f"{PRINT} {FILES} all? c/containers dry-run~ e/env* field-manager from keys* list? local? overwrite? prefix resolve? l/selector"
    ),
    "set resources": f"{PRINT} {FILES} all? c/containers dry-run~ field-manager limits local? requests l/selector",
    "set selector": f"{PRINT} all? dry-run~ field-manager f/filename* local? R/recursive? resource-version",
    "set serviceaccount": f"{PRINT} {FILES} all? dry-run~ field-manager local?",
    "rollout status": f"{FILES} revision# l/selector timeout! w/watch?",
    "rollout history": f"{PRINT} {FILES} revision# l/selector",
    "rollout undo": f"{PRINT} {FILES} dry-run~ l/selector to-revision#",
    "rollout pause": f"{PRINT} {FILES} field-manager l/selector",
    "rollout resume": f"{PRINT} {FILES} field-manager l/selector",
    "rollout restart": f"{PRINT} {FILES} field-manager l/selector",
    "patch": f"{PRINT} {FILES} dry-run~ field-manager local? p/patch patch-file subresource type",
    "label": (
        f"{PRINT} {FILES} all? A/all-namespaces? dry-run~ field-manager field-selector list? local? overwrite? resource-version l/selector"
    ),
    "annotate": (
        f"{PRINT} {FILES} all? A/all-namespaces? dry-run~ field-manager field-selector list? local? overwrite? resource-version l/selector"
    ),
    "delete": (
        f"{FILES} all? A/all-namespaces? cascade~ dry-run~ field-selector force? grace-period# ignore-not-found? "
        "i/interactive? now? o/output raw l/selector timeout! wait?"
    ),
    "cordon": "dry-run~ l/selector",
    "uncordon": "dry-run~ l/selector",
    "drain": (
        "chunk-size# delete-emptydir-data? disable-eviction? dry-run~ force? grace-period# ignore-daemonsets? pod-selector "
        "l/selector skip-wait-for-delete-timeout# timeout!"
    ),
    "taint": f"{PRINT} all? dry-run~ field-manager overwrite? l/selector validate~",
    "exec": "c/container f/filename* pod-running-timeout! q/quiet? i/stdin? t/tty?",
    "apply": (
        f"{PRINT} {FILES} all? cascade~ dry-run~ field-manager force? force-conflicts? grace-period# openapi-patch? "
        "overwrite? prune? prune-allowlist* l/selector server-side? subresource timeout! validate~ wait?"
    ),
    "replace": (
        f"{PRINT} {FILES} cascade~ dry-run~ field-manager force? grace-period# raw save-config? subresource timeout! validate~ wait?"
    ),
    "autoscale": f"{PRINT} {FILES} cpu-percent# dry-run~ field-manager max# min# name save-config?",
    "apply view-last-applied": f"{FILES} all? o/output l/selector",
}
RECORDING = ("annotate", "apply", "create", "label", "patch", "replace", "scale", "set image", "set env", "set resources", "edit")
"""Verbs that still take --record, which the help no longer tells of."""
BARE = {"dry-run": "unchanged", "validate": "strict", "cascade": "background"}
"""What a flag says that stands without a value (pflag's NoOptDefVal)."""

LOCAL_ONLY = "can only use local files by -f pod.yaml or --filename=pod.json when --local=true is set"
LOCAL = """you must specify resources by --filename when --local is set.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'"""
UNDONE = {
    "kustomize": "there are no files here to build from",
    "server": "this terminal is always on this desk",
    "overrides": "apply the object that you want instead",
    "override-type": "apply the object that you want instead",
    "prune": "delete what should go instead",
    "prune-allowlist": "delete what should go instead",
    "patch-file": "there are no files here: -p takes the patch itself",
    "interactive": "there is nobody to answer the question",
    "edit": "kubectl edit opens an editor",
    "stdin": "there is nothing running inside these containers to talk to",
    "tty": "there is nothing running inside these containers to talk to",
    "attach": "there is nothing running inside these containers to talk to",
    "rm": "there is nothing running inside these containers to talk to",
    "warnings-as-errors": "read the warnings",
    "raw": "it asks the API server itself, and this terminal has none",
    "template": "jsonpath and custom-columns are",
}
"""Flags that kubectl has and that are refused, each with what to do instead."""
UNDONE_BY = {
    "expose": ("external-ip", "load-balancer-ip", "session-affinity"),
    "create deployment": ("save-config",),
    "create service clusterip": ("save-config",),
    "create poddisruptionbudget": ("save-config",),
    "create": ("save-config", "selector"),
    "run": ("save-config",),
    "apply": ("selector", "subresource"),
    "replace": ("force", "subresource"),
    "set selector": ("resource-version",),
}
"""Flags of one verb that are refused."""
INSTEAD = "apply a manifest that says it instead"
MOST_V = 5
"""From -v=6 on kubectl logs its requests, and the terminal sends none."""
TIMEOUT = re.compile(r"\d+|(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+", re.ASCII)


@functools.cache
def flags_of(command: str) -> tuple[Flag, ...]:
    """The flags of a verb; those of every verb if it has none of its own."""
    record = "record?" if command in RECORDING else ""
    return tuple(_flag(text) for text in f"{FLAGS.get(command, '')} {EVERYWHERE} {record}".split())


def _flag(text: str) -> Flag:
    short, slash, name = text.partition("/")
    name, short = (name, short) if slash else (text, "")
    takes = {"?": "bool", "#": "number", "*": "texts", "!": "duration", "~": "optional"}.get(name[-1], "text")
    name = name if takes == "text" else name[:-1]
    return Flag(name, takes, short, BARE.get(name, ""))


def read(words: list[str], command: str, *more: Flag) -> Parsed:
    """The words of a verb sorted. `more` are flags that this kubectl no longer has. Raises UsageError."""
    parsed = parse_flags(words, (*flags_of(command), *more), command)
    for name, instead in UNDONE.items():
        if command == "get" and name in ("raw", "template"):  # of which get says more itself
            continue
        if parsed.has(name) and parsed.text(name) != "false" and not (command == "exec" and name in ("stdin", "tty")):
            raise UsageError(f"--{name} is not part of this terminal: {instead}", prefix="")
    for name in UNDONE_BY.get(command, ()):
        if parsed.has(name) and parsed.text(name) != "false":
            raise UsageError(f"--{name} is not part of this terminal: {INSTEAD}", prefix="")
    if parsed.true("local"):
        raise UsageError(LOCAL_ONLY if command in ("label", "annotate") else LOCAL)
    _configured(parsed)
    return parsed


def take_first(words: list[str]) -> tuple[list[str], list[str]]:
    """(flags of every verb, the rest): kubectl takes them before the verb too."""
    everywhere = {flag.name: flag for flag in flags_of("")} | {flag.short: flag for flag in flags_of("") if flag.short}
    taken: list[str] = []
    while words and words[0].startswith("-") and words[0] not in ("-h", "--help", "-", "--"):
        name = words[0].lstrip("-").partition("=")[0]
        name = name if words[0].startswith("--") else name[:1]
        flag = everywhere.get(name)
        if flag is None:
            read(words[:1], "")
        bare = "=" in words[0] or flag.takes == "bool" or (not words[0].startswith("--") and len(words[0]) > 2)
        taken, words = [*taken, *words[: 1 if bare else 2]], words[1 if bare else 2 :]
    return taken, words


def _configured(parsed: Parsed) -> None:
    """What kubectl says of a kubeconfig that is not there."""
    if parsed.has("kubeconfig"):
        raise UsageError(f"stat {parsed.text('kubeconfig')}: no such file or directory")
    if parsed.has("context"):
        said = f"context was not found for specified context: {parsed.text('context')}"
        raise UsageError(f"Error in configuration: {said}", prefix="")
    if parsed.has("cluster"):
        raise UsageError(f"no server found for cluster {go_quote(parsed.text('cluster'))}")
    if parsed.has("user"):
        raise UsageError(f"auth info {go_quote(parsed.text('user'))} does not exist")
    if parsed.has("request-timeout") and not TIMEOUT.fullmatch(parsed.text("request-timeout")):
        said = "Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)"
        raise UsageError(f"Invalid timeout value. {said}")
    if (parsed.number("v") or 0) > MOST_V:
        raise UsageError("from -v=6 on kubectl logs its requests, and this terminal sends none", prefix="")
