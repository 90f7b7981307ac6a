import pytest

from simulation.api.errors import UsageError
from simulation.kubectl.flags import Flag, parse_flags

KNOWN = (
    Flag("namespace", short="n"),
    Flag("all", "bool", "A"),
    Flag("quiet", "bool", "q"),
    Flag("replicas", "number"),
    Flag("image", "texts"),
    Flag("cascade", "optional", default="background"),
)


@pytest.mark.parametrize(
    ("words", "args", "flags"),
    [
        (["a", "--namespace=x", "b"], ["a", "b"], {"namespace": ["x"]}),
        (["--namespace", "x", "a"], ["a"], {"namespace": ["x"]}),
        (["-n", "x"], [], {"namespace": ["x"]}),
        (["-nx"], [], {"namespace": ["x"]}),
        (["-n=x"], [], {"namespace": ["x"]}),
        (["-qn", "x"], [], {"quiet": ["true"], "namespace": ["x"]}),
        (["--all", "a"], ["a"], {"all": ["true"]}),
        (["--all=false"], [], {"all": ["false"]}),
        (["--replicas", "-1"], [], {"replicas": ["-1"]}),
        (["--image=a", "--image", "b,c"], [], {"image": ["a", "b,c"]}),
        (["--cascade", "a"], ["a"], {"cascade": ["background"]}),
        (["--cascade=orphan"], [], {"cascade": ["orphan"]}),
        (["-"], ["-"], {}),
    ],
)
def test_flags_are_read_as_pflag_reads_them(words, args, flags):
    parsed = parse_flags(words, KNOWN, "x")
    assert (parsed.args, parsed.flags) == (args, flags)


def test_what_follows_two_dashes_belongs_to_the_container():
    parsed = parse_flags(["a", "--", "sh", "-c", "x"], KNOWN, "x")
    assert (parsed.args, parsed.rest) == (["a"], ["sh", "-c", "x"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--foo"], "unknown flag: --foo"),
        (["-x"], "unknown shorthand flag: 'x' in -x"),
        (["--namespace"], "flag needs an argument: --namespace"),
        (["-n"], "flag needs an argument: 'n' in -n"),
        (["--replicas=x"], 'invalid argument "x" for "--replicas" flag: strconv.ParseInt: parsing "x": invalid syntax'),
        (
            ["--replicas=99999999999"],
            'invalid argument "99999999999" for "--replicas" flag: strconv.ParseInt: parsing "99999999999": value out of range',
        ),
        (["--replicas="], 'invalid argument "" for "--replicas" flag: strconv.ParseInt: parsing "": invalid syntax'),
        (["--all=maybe"], 'invalid argument "maybe" for "-A, --all" flag: strconv.ParseBool: parsing "maybe": invalid syntax'),
    ],
)
def test_a_bad_flag_is_refused_in_pflags_words(words, said):
    with pytest.raises(UsageError) as refused:
        parse_flags(words, KNOWN, "scale")
    assert refused.value.message == f"{said}\nSee 'kubectl scale --help' for usage."
