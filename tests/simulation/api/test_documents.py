import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.api.documents import MAX_BYTES, MAX_DOCUMENTS, BadDocument, read, read_all, write
from simulation.api.errors import StatusError

BILLION_LAUGHS = "a: &a [x, x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(9))


def test_documents_are_read_as_kubectl_reads_them():
    text = "a: 1\nb: [yes, y, 0o10, 1.5, 2026-01-01, 1:30, '1', ~, on]\n---\n---\n{c: {d: 1e3}}\n"
    first, second = read_all(text)
    assert first.value == {"a": 1, "b": [True, "y", 8, 1.5, "2026-01-01", "1:30", "1", None, True]}
    assert second.value == {"c": {"d": 1000.0}}
    assert read("on: {1: a, 1.5: b, null: c}") == {"true": {"1": "a", "1.5": "b", "null": "c"}}


def test_every_key_and_item_knows_its_line():
    [document] = read_all("a:\n  - x\n  - y: 1\n    z: 2\n")
    assert document.lines[("a",)] == 1 and document.lines[("a", 0)] == 2 and document.lines[("a", 1, "z")] == 4


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: b: c", 1, "mapping values are not allowed in this context"),
        ("a: [", 2, "did not find expected node content"),
        ("\ta: 1", 1, "found character that cannot start any token"),
        ("a: 1\na: 2", 2, 'key "a" already set in map'),
        ("a: 1\nb: &x 2\nc: *x", 2, "anchors and aliases are not allowed: write it out"),
        (BILLION_LAUGHS, 1, "anchors and aliases are not allowed: write it out"),
        ("a: !!python/object/apply:os.system [x]", 1, "the tag tag:yaml.org,2002:python/object/apply:os.system is not allowed"),
        ("[" * 41 + "]" * 41, 1, "nested more than 40 deep"),
        ("? [a]\n: b", 1, "a key must be a text"),
        ("a: 1e999", 1, "1e999 is not a number that JSON knows"),
        ("---\n".join(["a: 1\n"] * (MAX_DOCUMENTS + 1)), 2 * MAX_DOCUMENTS, f"more than {MAX_DOCUMENTS} documents"),
    ],
)
def test_a_text_that_is_not_for_us_is_refused_with_its_line(text, line, said):
    with pytest.raises(BadDocument) as refused:
        read_all(text)
    assert (refused.value.line, refused.value.code) == (line, 400)
    assert refused.value.message == f"error parsing the manifest: line {line}: {said}"


def test_a_manifest_has_at_most_256_kb():
    with pytest.raises(BadDocument, match="are more than the 262144 that one manifest may have"):
        read_all("# " + "x" * MAX_BYTES)


def test_one_document_is_one_document():
    assert read("") is None
    with pytest.raises(BadDocument, match="one document is expected"):
        read("a: 1\n---\nb: 2")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!?|>'\"#%@` \n\t,.0123~\x00\ud800é"), max_size=60))
def test_no_text_does_anything_but_be_read_or_refused(text):
    try:
        read_all(text)
    except StatusError:
        return


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    [
        "",
        "y",
        "No",
        "on",
        "1e3",
        "0o7",
        "1_000",
        "1:30",
        "2026-01-01",
        "~",
        "null",
        "- a",
        "a: b",
        "# c",
        "|",
        "a\n",
        "\n a",
        "a\r\nb",
        "\u2028",
        "\x85",
        "a\n\x85",
    ]
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=300)
@given(plain)
def test_what_is_written_is_read_as_the_same(value):
    assert read(write(value)) == value


def test_what_other_readers_of_yaml_would_mistake_stands_in_quotes():
    assert write({"a": "y", "b": "1:30", "c": "2026-01-01", "d": "1e3", "e": "web:2.0", "f": "x\ny\n", "g": [1, {"h": True}]}) == (
        'a: "y"\nb: "1:30"\nc: "2026-01-01"\nd: "1e3"\ne: web:2.0\nf: |\n  x\n  y\ng:\n  - 1\n  - h: true\n'
    )
