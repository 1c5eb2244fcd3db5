"""How many times quicker than the library's default way, from what was measured on both sides in this run."""

from collections.abc import Iterator, Mapping

from tests.bench.measure import Reading


def readings(found: Mapping[str, Reading]) -> Iterator[Reading]:
    def ratio(metric: str, library: str, *ours: str, **context: object) -> Reading:
        value = found[library].value / sum(found[name].value for name in ours)
        told = {"of": library, "to": " + ".join(ours), **context}
        return Reading("tenancy", metric, value, "times", min(found[library].n, found[ours[0]].n), told)

    # The library makes the tables of the core and of Sales; a sign-up makes the person, the token and the letter too.
    yield ratio("signup_vs_library", "library_create_p50", "signup_p50", "engine_on_p50")
    yield ratio("tables_vs_library", "library_create_p50", "claim_p50", "engine_on_p50")
    yield ratio("release_vs_library", "library_release_p50", "release_each", budget=20)
    yield ratio("no_op_vs_library", "library_no_op_p50", "release_no_op_p50", library_counts="one workspace")
