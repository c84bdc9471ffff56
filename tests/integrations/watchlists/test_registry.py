"""Every list says what being on it demands."""

import pytest

from integrations.dates import day, iso_date
from integrations.watchlists import SourceFile, read_list, registry
from integrations.watchlists.countries import alpha3

DEMANDS = [
    ("JP01", "A", "refuse", True),
    ("JP03", "A", "refuse", True),
    ("JP08", "B", "review", True),
    ("WL01", "C", "warn", False),
    ("WL02", "C", "hold", False),
    ("EC01", "D", "refuse", False),
    ("EC03", "D", "review", False),
    ("SA01", "E", "refuse", False),
    ("SA02", "F", "escalate", False),
    ("SA06", "F", "escalate", False),
]


@pytest.mark.parametrize(("list_id", "list_class", "effect", "joint"), DEMANDS)
def test_demand(list_id, list_class, effect, joint):
    source = registry()[list_id]
    assert (source.list_class, source.effect, source.joint_punishment) == (list_class, effect, joint)


def test_foreign_states_lists_are_never_refused_by_a_machine():
    assert {source.effect for source in registry().values() if source.list_class == "F"} == {"escalate"}


def test_all_lists_of_the_handbook_are_there():
    assert len(registry()) == 29 + 1


@pytest.mark.parametrize("list_id", [key for key in registry() if key not in {"SA01", "SA02"}])
def test_every_other_list_takes_a_table(list_id):
    source = registry()[list_id]
    [entry] = read_list([SourceFile("x.csv", "名称\n虚构公司\n".encode())], source).entries
    assert (entry.list_id, entry.effect, entry.joint_punishment) == (list_id, source.effect, source.joint_punishment)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2023年05月04日", "2023-05-04"),
        ("2023年5月", "2023-05"),
        ("2023年", "2023"),
        ("2023-5-4", "2023-05-04"),
        ("2023.05.04", "2023-05-04"),
        ("2023-05-04 00:00:00", "2023-05-04"),
        ("20230504", "2023-05-04"),
        ("10 Dec 1948", "1948-12-10"),
        ("Sep 1963", "1963-09"),
        ("September 1963", "1963-09"),
        ("circa 1951.", "1951"),
        ("29 Feb 2023", ""),
        ("2023-13-01", ""),
        ("10 Foo 1948", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_dates(text, iso):
    assert iso_date(text) == iso
    assert (day(text) is not None) == (len(iso) == 10)


@pytest.mark.parametrize(
    ("name", "code"),
    [("Korea, North", "PRK"), ("IRAN (ISLAMIC REPUBLIC OF)", "IRN"), ("中国", "CHN"), ("usa", "USA"), ("Atlantis", "")],
)
def test_countries(name, code):
    assert alpha3(name) == code
