"""The public names are few, and this test knows them."""

import jifen


def test_the_door_exports_exactly_these_names() -> None:
    assert set(jifen.__all__) == {
        "Answer",
        "Jifen",
        "JifenError",
        "PolicyError",
        "Problem",
        "ProfileError",
        "RequestError",
        "__version__",
        "load",
    }
    assert all(hasattr(jifen, name) for name in jifen.__all__)
