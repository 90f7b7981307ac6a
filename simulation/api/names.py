"""What names, labels and ports may look like; each rule answers with the API server's sentences, none if all is well.

Models staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go and pkg/api/validate/content (v1.36).
"""

import re

LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
SUBDOMAIN = LABEL + r"(\." + LABEL + ")*"
QUALIFIED = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
VALUE = f"({QUALIFIED})?"
PERCENT = r"[0-9]+%"

_LABEL = re.compile(LABEL)
_SUBDOMAIN = re.compile(SUBDOMAIN)
_QUALIFIED = re.compile(QUALIFIED)
_VALUE = re.compile(VALUE)
_PERCENT = re.compile(PERCENT)


def regex_error(sentence: str, pattern: str, *examples: str) -> str:
    """The sentence with its examples and pattern; the odd `'a',  or 'b'` is upstream's."""
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{sentence} (e.g. {shown}regex used for validation is '{pattern}')"


def too_long(limit: int) -> str:
    return f"must be no more than {limit} bytes"


def size(text: str) -> int:
    """Length in bytes, as the API counts."""
    return len(text.encode(errors="surrogatepass"))


def subdomain_problems(name: str) -> list[str]:
    """RFC 1123 subdomain: names of Deployments, ReplicaSets, Pods."""
    said = [too_long(253)] if size(name) > 253 else []
    if not _SUBDOMAIN.fullmatch(name):
        said.append(
            regex_error(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
                "and must start and end with an alphanumeric character",
                SUBDOMAIN,
                "example.com",
            )
        )
    return said


def label_problems(name: str) -> list[str]:
    """RFC 1123 label: names of containers, volumes and (since 1.36) Services."""
    said = [too_long(63)] if size(name) > 63 else []
    if not _LABEL.fullmatch(name):
        said.append(
            regex_error(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
                "and must start and end with an alphanumeric character",
                LABEL,
                "my-name",
                "123-abc",
            )
        )
    return said


def label_key_problems(key: str) -> list[str]:
    """A qualified name: [prefix/]name."""
    must = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
    error = regex_error(must, QUALIFIED, "MyName", "my.name", "123-abc")
    parts = key.split("/")
    if len(parts) > 2:
        return [f"a qualified name {error} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
    said = []
    if len(parts) == 2:
        said = ["prefix part must be non-empty"] if not parts[0] else [f"prefix part {p}" for p in subdomain_problems(parts[0])]
    name = parts[-1]
    if not name:
        said.append("name part must be non-empty")
    elif size(name) > 63:
        said.append(f"name part {too_long(63)}")
    if not _QUALIFIED.fullmatch(name):
        said.append(f"name part {error}")
    return said


def label_value_problems(value: str) -> list[str]:
    said = [too_long(63)] if size(value) > 63 else []
    if not _VALUE.fullmatch(value):
        said.append(
            regex_error(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
                "and must start and end with an alphanumeric character",
                VALUE,
                "MyValue",
                "my_value",
                "12345",
            )
        )
    return said


def percent_problems(text: str) -> list[str]:
    if _PERCENT.fullmatch(text):
        return []
    return [regex_error("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, "1%", "93%")]


def port_problems(number: int) -> list[str]:
    return [] if 1 <= number <= 65535 else ["must be between 1 and 65535, inclusive"]


def port_name_problems(name: str) -> list[str]:
    said = [too_long(15)] if size(name) > 15 else []
    if not re.fullmatch(r"[-a-z0-9]+", name):
        said.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search(r"[a-z]", name):
        said.append("must contain at least one letter (a-z)")
    if "--" in name:
        said.append("must not contain consecutive hyphens")
    if name.startswith("-") or name.endswith("-"):
        said.append("must not begin or end with a hyphen")
    return said
