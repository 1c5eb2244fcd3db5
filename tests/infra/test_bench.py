"""What `make bench` passes on."""

from infra.dev.bench import asked
from tests.bench.sizes import SIZES


def test_names_and_options_are_passed_on() -> None:
    assert asked([]) == []
    assert asked(["tenancy", "pages"]) == ["--only", "tenancy", "--only", "pages"]
    assert asked(["tenancy", "--size", "small", "--keep"]) == ["--only", "tenancy", "--size", "small", "--keep"]
    assert "small" in SIZES
