"""Letters go out at once: a test's own transaction is never committed."""

import pytest


@pytest.fixture(autouse=True)
def _letters_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("identity.mail.hand_over", lambda message: message.send())
