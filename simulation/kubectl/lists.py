"""Reading verbs that are one table or a few lines: events, api-resources, version, cluster-info, label --list."""

from simulation.api.errors import UsageError
from simulation.api.resources import GROUPS, RESOURCES
from simulation.kubectl.answer import Answer
from simulation.kubectl.asking import PICKING, asked, find, namespace_of, read
from simulation.kubectl.describe import by_time, interval
from simulation.kubectl.flags import Flag
from simulation.kubectl.tabs import PRINTED, align
from simulation.kubectl.things import kinds_named, listed
from simulation.store import Store


def events(words: list[str], store: Store) -> Answer:
    """`kubectl events`: in order of time, each with how often and since when."""
    flags = (Flag("for"), Flag("types", "texts"), Flag("no-headers", "bool"), Flag("watch", "bool", "w"), Flag("output", short="o"))
    parsed = read(words, "events", *PICKING, *flags)
    if parsed.true("watch") or parsed.has("output"):
        raise UsageError("`kubectl get events` has -w and -o here", prefix="")
    namespace = namespace_of(parsed)
    found = by_time(listed(store, "Event", namespace))
    if parsed.has("for"):
        kind, _, name = parsed.text("for").partition("/")
        (kind, *_) = kinds_named(kind)
        found = [e for e in found if (e.involved_object.kind, e.involved_object.name) == (kind, name)]
    if parsed.has("types"):
        found = [e for e in found if e.type.lower() in [text.lower() for text in parsed.texts("types")]]
    if not found:
        return Answer("", f"No events found in {namespace} namespace.\n" if namespace else "No events found.\n")
    space = ["NAMESPACE"] if namespace is None else []
    lines = [] if parsed.true("no-headers") else ["\t".join([*space, "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"])]
    for e in found:
        about = f"{e.involved_object.kind}/{e.involved_object.name}"
        where = [e.metadata.namespace] if space else []
        lines.append("\t".join([*where, interval(e, store.seconds), e.type, e.reason, about, e.message.strip()]))
    return Answer(align("\n".join(lines) + "\n", PRINTED))


def api_resources(words: list[str]) -> Answer:
    flags = (Flag("output", short="o"), Flag("no-headers", "bool"), Flag("namespaced", "bool"), Flag("api-group"), Flag("verbs", "texts"))
    parsed = read(words, "api-resources", *flags)
    rows = [row for row in RESOURCES if not parsed.has("namespaced") or row.namespaced == parsed.true("namespaced")]
    rows = [row for row in rows if not parsed.has("api-group") or row.group == parsed.text("api-group")]
    rows = [row for row in rows if set(parsed.texts("verbs")) <= set(row.verbs)]
    rows = sorted(rows, key=lambda row: (row.group, row.plural))
    if parsed.text("output") == "name":
        return Answer("".join(f"{row.resource}\n" for row in rows))
    lines = [] if parsed.true("no-headers") else ["NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND"]
    lines += [f"{r.plural}\t{','.join(r.short)}\t{r.api_version}\t{str(r.namespaced).lower()}\t{r.kind}" for r in rows]
    return Answer(align("\n".join(lines) + "\n", PRINTED))


def api_versions() -> Answer:
    return Answer("".join(f"{version}\n" for version in sorted(GROUPS)))


def cluster_info(server: str) -> Answer:
    said = f"Kubernetes control plane is running at {server}\n\n"
    return Answer(f"{said}To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n")


def label_list(words: list[str], store: Store) -> Answer:
    """`kubectl label --list`."""
    parsed = read(words, "label", Flag("list", "bool"), Flag("overwrite", "bool"), Flag("all", "bool"), *PICKING)
    missing = UsageError("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    found, errors = find(store, asked(parsed, missing))
    out = []
    for obj in found:
        if len(found) > 1:
            out.append(f"Listing labels for {type(obj).__name__}.{obj.metadata.name}:")
        indent = " " if len(found) > 1 else ""
        out += [f"{indent}{key}={value}" for key, value in sorted(obj.metadata.labels.items())]
    err = "".join(f"{error.kubectl()}\n" for error in errors)
    return Answer("".join(f"{line}\n" for line in out), err, 1 if errors else 0)
