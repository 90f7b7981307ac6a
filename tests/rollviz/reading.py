"""What somebody reads or hears of a page, and which words of it are the same in every language."""

import re
from html import unescape

AS_TYPED = re.compile(r"<(code|kbd|script|style)\b.*?</\1>|<(?:a|button)[^>]* class=\"mark\".*?</button>", re.S)
TAG = re.compile(r"<[a-z/!](?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.S)
READ = re.compile(r'\s(?:aria-label|aria-valuetext|title|placeholder|alt)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2,}")
ALIKE = {
    "Deployment",
    "Deployments",
    "Service",
    "Services",
    "ReplicaSet",
    "Ready",
    "NotReady",
    "Recreate",
    "Canary",
    "Rollback",
    "Terminal",
}
ALIKE |= {
    "maxSurge",
    "maxUnavailable",
    "minReadySeconds",
    "cordon",
    "uncordon",
    "drain",
    "pod-template-hash",
    "rollout undo",
    "pause",
    "help",
}
ALIKE |= {"max", "ms", "ms, p95", "rollviz", "Transport", "Terminal (`)", "stable 0", "stable –"}
KUBERNETES = re.compile(
    r"kubectl .*|# .*|(?:ReplicaSet|Service|Deployment) [a-z][\w.-]*|\S+[=:]\S+|\d+/\d+ nodes are available.*|\d+ node\(s\).*"
)
"""Commands, objects by their kinds, labels and images, and what the scheduler says."""


def texts(html: str) -> set[str]:
    """Whole runs of words, as they stand between tags and in the attributes that are read."""
    html = AS_TYPED.sub("", html)
    return {unescape(text).strip() for text in [*TAG.split(html), *READ.findall(html)]}


def untranslated(one: set[str], other: set[str], names: set[str]) -> set[str]:
    """What is said alike in two languages, and is neither a name nor Kubernetes' own."""
    same = (one & other) - names - ALIKE
    return {text for text in same if WORD.search(text) and not KUBERNETES.fullmatch(text)}
