"""Where files lie and how long they may be."""

from tests.architecture.sources import FOREIGN, ROOT, files, name_of

LONGEST = 600
ALLOWED_TOP = {
    "manage.py", "platform", "tenants", "modules", "billing", "api", "frontend", "infra", "tests", "docs",
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "NOTICE", "pyproject.toml", "Makefile",
    "requirements.lock", "uv.lock", "var", "test-results",
}  # fmt: skip


def test_platform_is_a_source_root_and_no_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists(), "it would replace the standard library's `platform`"


def test_the_top_level_is_as_agreed() -> None:
    strange = {p.name for p in ROOT.iterdir() if not p.name.startswith(".")} - ALLOWED_TOP - FOREIGN
    assert not strange


def test_no_file_is_too_long() -> None:
    long = {
        name_of(path): lines
        for path in files(".py", ".ts", ".css", ".html", ".mjs", tests=True)
        if "migrations" not in path.parts and (lines := path.read_text(encoding="utf-8").count("\n")) > LONGEST
    }
    assert not long


def test_half_of_the_files_are_short() -> None:
    lengths = sorted(
        path.read_text(encoding="utf-8").count("\n")
        for path in files(".py", ".ts", ".css", ".html")
        if "migrations" not in path.parts
    )
    assert lengths[len(lengths) // 2] <= 80


def test_no_source_names_where_this_checkout_lies() -> None:
    """A path of the machine it was written on works nowhere else."""
    told = [
        name_of(path)
        for path in files(".py", ".ts", ".css", ".html", ".toml", ".md", ".mjs", ".sh", ".yml", tests=True)
        if path.parent.name != "architecture" and f"{ROOT}/" in path.read_text(encoding="utf-8")
    ]
    assert not told
