"""What may come next in a line: verbs, kinds, names, flags. At most eight, each with a few words about it where they help."""

from typing import NamedTuple

from simulation.kubectl.help import ROLLOUT, VERBS
from simulation.kubectl.things import READABLE, UnknownKind, kinds_named, listed
from simulation.store import Store

MOST = 8
KINDS = {row.plural: row.kind for row in READABLE.values()}
AFTER = {
    "create": {"deployment": "keeps pods of one version", "service": "one address for pods", "poddisruptionbudget": "limits evictions"},
    "rollout": ROLLOUT,
    "set": {"image": "a new version", "selector": "whom a Service sends to", "env": "variables", "resources": "limits and requests"},
    "auth": {"can-i": "may I?"},
}
ABOUT_KINDS = ("get", "describe", "delete", "edit", "label", "annotate", "patch", "scale", "expose", "explain", "wait", "logs")
DEPLOYMENTS = ("rollout", "set", "scale", "expose")
FLAGS = {
    "get": ("-o", "-w", "-l", "-A", "--show-labels", "--sort-by=", "--field-selector=", "--no-headers"),
    "scale": ("--replicas=",),
    "create": ("--image=", "--replicas=", "--tcp=", "--dry-run=client", "-f"),
    "run": ("--image=", "--port=", "--labels=", "--dry-run=client"),
    "expose": ("--port=", "--target-port=", "--name="),
    "rollout": ("--to-revision=", "--revision=", "--timeout=", "--watch=false"),
    "delete": ("--force", "--grace-period=", "--cascade=", "--wait=false", "-l", "-f"),
    "drain": ("--ignore-daemonsets", "--force", "--timeout=", "--delete-emptydir-data"),
    "logs": ("-f", "--previous", "--tail="),
    "patch": ("-p", "--type=merge", "--type=json"),
    "apply": ("-f", "--dry-run=server"),
    "diff": ("-f",),
    "wait": ("--for=condition=", "--for=delete", "--timeout="),
    "label": ("--overwrite", "--list", "-l", "--all"),
    "annotate": ("--overwrite",),
    "exec": ("-- kill 1", "-- rm /tmp/healthy", "-- touch /tmp/healthy"),
}
OUTPUTS = ("wide", "yaml", "json", "name", "jsonpath=", "custom-columns=")


class Completion(NamedTuple):
    word: str
    said: str = ""


def complete(line: str, store: Store) -> list[Completion]:
    """What the last word of the line may become."""
    words = line.split(" ")
    begun, words = words[-1], [word for word in words[:-1] if word]
    if words[:1] in (["kubectl"], ["k"]):
        words = words[1:]
    elif not words:
        return _starting(begun, [Completion("kubectl"), Completion("curl", VERBS["curl"][1]), Completion("help")]) if begun else []
    found = _next(words, begun, store)
    return _starting(begun, found)[:MOST]


def _starting(begun: str, found: list[Completion]) -> list[Completion]:
    return [one for one in found if one.word.startswith(begun) and one.word != begun]


def _next(words: list[str], begun: str, store: Store) -> list[Completion]:
    if not words:
        return [Completion(verb, said) for verb, (_, said) in sorted(VERBS.items()) if verb != "curl"]
    verb, *rest = words
    if verb == "curl":
        return [Completion(obj.metadata.name, "Service") for obj in listed(store, "Service")]
    if rest[-1:] == ["-o"]:
        return [Completion(word) for word in OUTPUTS]
    if begun.startswith("-"):
        return [Completion(flag) for flag in FLAGS.get(verb, ())]
    plain = [word for word in rest if not word.startswith("-")]
    if verb in AFTER and not plain:
        return [Completion(word, said) for word, said in AFTER[verb].items()]
    if verb in ("cordon", "uncordon", "drain"):
        return _names(store, "Node")
    if verb == "create":
        return [Completion(flag) for flag in FLAGS["create"]] if len(plain) > 1 else []
    return _objects(verb, plain[1:] if verb in ("rollout", "set") else plain, begun, store)


def _objects(verb: str, plain: list[str], begun: str, store: Store) -> list[Completion]:
    if "/" in begun:
        word, _, _ = begun.partition("/")
        return [Completion(f"{word}/{name}", said) for name, said in _names_of(word, store)]
    if not plain:
        if verb in ("logs", "exec"):
            return _names(store, "Pod")
        if verb in DEPLOYMENTS:
            return [Completion("deployment"), *(Completion(f"deployment/{name}", said) for name, said in _names(store, "Deployment"))]
        return [Completion(plural) for plural in sorted(KINDS)] if verb in ABOUT_KINDS or verb == "taint" else []
    if verb == "set" and len(plain) == 2:
        return _containers(plain, store)
    if verb == "set" and "/" in plain[0]:
        return _containers(plain[0].split("/"), store)
    return _names_of(plain[0], store) if len(plain) == 1 else [Completion(flag) for flag in FLAGS.get(verb, ())]


def _names_of(word: str, store: Store) -> list[Completion]:
    try:
        return _names(store, kinds_named(word)[0])
    except UnknownKind:
        return []


def _names(store: Store, kind: str) -> list[Completion]:
    return [Completion(obj.metadata.name) for obj in listed(store, kind)]


def _containers(named: list[str], store: Store) -> list[Completion]:
    obj = store.get("Deployment", named[1]) if len(named) > 1 else None
    return [Completion(f"{c.name}=", f"now {c.image}") for c in obj.spec.template.spec.containers] if obj is not None else []
