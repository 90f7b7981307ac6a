"""`help`: what this terminal is, what it takes, and what each verb is for, in one line each."""

import difflib

VERBS = {
    "annotate": ("annotate KIND NAME key=value", "writes an annotation, or takes it away with key-"),
    "api-resources": ("api-resources", "lists the kinds that a desk has"),
    "apply": ("apply -f FILE", "makes what a manifest says; an editor opens in place of the file"),
    "cluster-info": ("cluster-info", "says where the API server is"),
    "cordon": ("cordon NODE", "lets no new pods onto a node"),
    "create": ("create deployment NAME --image=IMAGE", "makes a deployment, a service clusterip or a poddisruptionbudget"),
    "curl": ("curl SERVICE", "asks a Service from inside the cluster: version and pod that answered"),
    "delete": ("delete KIND NAME", "takes an object away, gracefully"),
    "describe": ("describe KIND NAME", "an object, what belongs to it, its events"),
    "diff": ("diff -f FILE", "what applying a manifest would change"),
    "drain": ("drain NODE --ignore-daemonsets", "cordons a node and evicts its pods"),
    "edit": ("edit KIND NAME", "opens an object in an editor"),
    "events": ("events", "what the controllers and kubelets told, in order of time"),
    "exec": ("exec POD -- kill 1", "ends its container; rm or touch /tmp/healthy makes it fail or pass its readiness probe"),
    "explain": ("explain KIND.field", "what a field is for"),
    "expose": ("expose deployment NAME --port=80", "makes a Service for its pods"),
    "get": ("get KIND [NAME]", "a table of objects; -w goes on as they change"),
    "label": ("label KIND NAME key=value", "sets a label, or takes it away with key-"),
    "logs": ("logs POD", "what its container has written"),
    "patch": ("patch KIND NAME -p JSON", "changes fields of an object"),
    "replace": ("replace -f FILE", "puts a manifest in the place of what is there"),
    "rollout": ("rollout status|history|undo|pause|resume|restart deployment NAME", "watches and steers a rollout"),
    "run": ("run NAME --image=IMAGE", "makes one bare pod"),
    "scale": ("scale deployment NAME --replicas=N", "sets how many pods there should be"),
    "set": ("set image deployment NAME CONTAINER=IMAGE", "changes images, env, resources, or a Service's selector"),
    "taint": ("taint node NODE key=value:NoSchedule", "keeps pods off a node"),
    "uncordon": ("uncordon NODE", "lets pods come again"),
    "version": ("version", "versions of kubectl and the API"),
    "wait": ("wait --for=condition=available deployment/NAME", "returns when something is so"),
}
ROLLOUT = {
    "history": "lists the revisions",
    "pause": "stops the rollout where it is",
    "restart": "new pods of the same version",
    "resume": "lets a paused rollout go on",
    "status": "tells how far it is until it is done",
    "undo": "goes back to the revision before",
}
HEAD = "This terminal talks to the simulated cluster of this desk. It takes kubectl's lines and prints what kubectl 1.33 prints.\n\n"
TAIL = "\nCtrl-C ends a line that runs on, Tab completes, the arrows bring earlier lines back, clear empties the screen.\n"


def text(words: list[str]) -> str:
    """The help for a verb, or for all of them."""
    word = next((word for word in words if word != "kubectl"), "")
    if word in VERBS:
        usage, about = VERBS[word]
        more = "".join(f"  {name:<10}{said}\n" for name, said in ROLLOUT.items()) if word == "rollout" else ""
        return f"{_line(word)} {about}.\n{more}"
    if word:
        near = difflib.get_close_matches(word, VERBS, n=1, cutoff=0.5)
        return f"there is no {word} here" + (f": did you mean {near[0]}?\n" if near else "\n")
    width = max(len(usage) for usage, _ in VERBS.values()) + 2
    return HEAD + "".join(f"{usage:<{width}}{about}\n" for usage, about in VERBS.values()) + TAIL


def _line(verb: str) -> str:
    usage = VERBS[verb][0]
    return usage if verb == "curl" else f"kubectl {usage}:"
