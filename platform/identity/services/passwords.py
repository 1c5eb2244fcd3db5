"""Passwords are judged by Django's validators; their reasons reach every face as problems of one field."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from identity.models import User
from kernel.errors import Invalid, Problem


def check_password_strength(password: str, user: User, *, field: str = "password") -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(
            {field: [Problem(reason.code or "weak_password", " ".join(reason.messages)) for reason in error.error_list]}
        ) from None
