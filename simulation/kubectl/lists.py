"""Reading verbs that are one table or a few lines: api-resources, version, cluster-info, label --list."""

from simulation.api.errors import UsageError
from simulation.api.resources import BY_KIND, GROUPS, RESOURCES, Resource
from simulation.kubectl.answer import Answer
from simulation.kubectl.asking import asked, find
from simulation.kubectl.known import read
from simulation.kubectl.resources import ALL
from simulation.kubectl.tabs import PRINTED, align
from simulation.store import Store


def api_resources(words: list[str]) -> Answer:
    parsed = read(words, "api-resources")
    _alone("api-resources", parsed.args)
    how, by = parsed.text("output"), parsed.text("sort-by")
    if how not in ("", "wide", "name"):
        raise UsageError(f"--output {how} is not available")
    if by not in ("", "name", "kind"):
        raise UsageError("--sort-by accepts only name or kind")
    rows = [row for row in RESOURCES if not parsed.has("namespaced") or row.namespaced == parsed.true("namespaced")]
    rows = [row for row in rows if not parsed.has("api-group") or row.group == parsed.text("api-group")]
    rows = [row for row in rows if set(parsed.texts("verbs")) <= set(row.verbs)]
    rows = [row for row in rows if set(parsed.texts("categories")) <= set(_categories(row))]
    rows = sorted(rows, key=lambda row: {"name": row.plural, "kind": row.kind}.get(by, (row.group, row.plural)))
    if how == "name":
        return Answer("".join(f"{row.resource}\n" for row in rows))
    wide = ["VERBS", "CATEGORIES"] if how == "wide" else []
    lines = [] if parsed.true("no-headers") else ["\t".join(["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND", *wide])]
    for row in rows:
        cells = [row.plural, ",".join(row.short), row.api_version, str(row.namespaced).lower(), row.kind]
        lines.append("\t".join([*cells, *([",".join(row.verbs), ",".join(_categories(row))] if wide else [])]))
    return Answer(align("\n".join(lines) + "\n", PRINTED))


def _categories(row: Resource) -> tuple[str, ...]:
    return ("all",) if row.kind in ALL else ()


def api_versions(words: list[str]) -> Answer:
    _alone("api-versions", read(words, "api-versions").args)
    return Answer("".join(f"{version}\n" for version in sorted(GROUPS)))


def cluster_info(words: list[str], server: str) -> Answer:
    if read(words, "cluster-info").args[:1] == ["dump"]:
        raise UsageError("a desk is not dumped from here: its share menu exports it", prefix="")
    said = f"Kubernetes control plane is running at {server}\n\n"
    return Answer(f"{said}To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n")


def label_list(words: list[str], store: Store) -> Answer:
    """`kubectl label --list`."""
    return _listed("label", words, store)


def annotation_list(words: list[str], store: Store) -> Answer:
    """`kubectl annotate --list`."""
    return _listed("annotate", words, store)


def _listed(verb: str, words: list[str], store: Store) -> Answer:
    missing = UsageError("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    question = asked(read(words, verb), missing)
    found, errors = find(store, question)
    what = "labels" if verb == "label" else "annotations"
    alone = question.by_name and len(question.targets) == 1
    out = []
    for obj in found:
        if not alone:
            row = BY_KIND[type(obj).__name__]
            out.append(f"Listing {what} for {row.kind}.{row.group}/{obj.metadata.name}:")
        out += [f"{'' if alone else ' '}{key}={value}" for key, value in sorted(getattr(obj.metadata, what).items())]
    err = "".join(f"{error.kubectl()}\n" for error in errors)
    return Answer("".join(f"{line}\n" for line in out), err, 1 if errors else 0)


def _alone(verb: str, args: list[str]) -> None:
    if args:
        raise UsageError(f"unexpected arguments: [{' '.join(args)}]\nSee 'kubectl {verb} -h' for help and examples")
