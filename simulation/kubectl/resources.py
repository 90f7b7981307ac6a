"""Which objects the words of a command name: `deployment web`, `deploy/web svc/web`, `deployment,service web`, `deployments.apps web`.

Models cli-runtime/pkg/resource/builder.go (v1.36).
"""

from simulation.api.errors import StatusError, UsageError, go_quote
from simulation.api.resources import BY_KIND

CHANGEABLE = ("Deployment", "ReplicaSet", "Pod", "Service", "Node", "PodDisruptionBudget")
ALL = ("Pod", "Service", "Deployment", "ReplicaSet")
"""The category `all`, in the order of kubectl."""

MOST = 100

NOTHING_NAMED = """You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'"""
MIXED = (
    "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form "
    "(e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'"
)
NO_NAME = "resource(s) were provided, but no name was specified"

Target = tuple[str, str]
"""(kind, name); the name is empty for all objects of the kind, or those a selector picks."""


def kind_named(word: str) -> str:
    """The kind that a word like deploy, pods, rs or deployments.v1.apps means. Raises UsageError."""
    name, _, group = word.lower().partition(".")
    for row in BY_KIND.values():
        groups = ("", row.group, f"{row.api_version.rpartition('/')[2]}.{row.group}")
        if name in (row.plural, row.singular, *row.short) and group in groups:
            if row.kind not in CHANGEABLE:
                raise StatusError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
            return row.kind
    raise UsageError(f"the server doesn't have a resource type {go_quote(word.partition('.')[0])}")


def targets(args: list[str], everything: bool = False, missing: str = NOTHING_NAMED) -> list[Target]:
    """What the arguments name; `everything` when --all or a selector stands for names. Raises UsageError."""
    if not args:
        raise UsageError(missing)
    found = _slashed(args) if any("/" in arg for arg in args) else _spaced(args, everything)
    if not found:
        raise UsageError(missing)
    if len(found) > MOST:
        raise UsageError(f"at most {MOST} objects fit into one line, these are {len(found)}")
    if everything and any(name for _, name in found):
        raise UsageError("name cannot be provided when a selector is specified")
    return found


def _slashed(args: list[str]) -> list[Target]:
    found = []
    for arg in args:
        kind, slash, name = arg.partition("/")
        if not slash:
            raise UsageError(MIXED)
        if "/" in name:
            raise UsageError("arguments in resource/name form may not have more than one slash")
        if not kind or not name or "," in kind:
            raise UsageError("arguments in resource/name form must have a single resource and name")
        found.append((kind_named(kind), name))
    return found


def _spaced(args: list[str], everything: bool) -> list[Target]:
    kinds = [kind for word in args[0].split(",") for kind in (ALL if word == "all" else (kind_named(word),))]
    names = args[1:]
    if args[0] == "all" and names:
        raise UsageError("you must specify only one resource")
    if not names:
        if not everything:
            raise UsageError(NO_NAME)
        return [(kind, "") for kind in kinds]
    return [(kind, name) for kind in kinds for name in names]
