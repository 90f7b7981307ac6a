"""A sentence is data until it is read: English where it is kept, the reader's language on his page, and its values are escaped in both."""

from django.utils.translation import override

from rollviz.desk.words import Code, Version, counted, of_pods, say, text

V1 = Version("v1", 2)


def test_a_sentence_is_english_where_it_is_kept_and_the_readers_on_a_page():
    still = counted("{n} of {pods} still answers.", "{n} of {pods} still answer.", 8, pods=of_pods(10))
    said = text(say("{version} cannot start.", version=V1), " ", still)
    with override("de"):
        assert str(said) == "v1 cannot start. 8 of 10 pods still answer."
        assert said.html == '<b class="vt" data-hue="2">v1</b> kann nicht starten. 8 von 10 Pods antworten noch.'
    assert said.html == '<b class="vt" data-hue="2">v1</b> cannot start. 8 of 10 pods still answer.'
    assert V1 in said.runs() and "".join(map(str, said.runs())) == str(said)


def test_one_and_several_are_told_apart_in_each_language():
    for language, one, many in (("en", "1 pod", "0 pods"), ("de", "1 Pod", "0 Pods")):
        with override(language):
            assert (of_pods(1).html, of_pods(0).html) == (one, many)


def test_values_are_escaped_and_never_read_as_places():
    said = say("Nobody has noticed {who}: {what}", who="<{what}>", what=Code("<b>"))
    assert said.html == "Nobody has noticed &lt;{what}&gt;: <code>&lt;b&gt;</code>"
    assert str(said) == "Nobody has noticed <{what}>: <b>"


def test_equal_sentences_are_equal_so_that_nothing_is_sent_twice():
    assert say("{n} there", n=1) == say("{n} there", n=1) != say("{n} there", n=2)
    assert hash(say("{n} there", n=1)) == hash(say("{n} there", n=1))
