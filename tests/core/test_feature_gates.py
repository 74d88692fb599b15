"""Features follow the operator's legal profile."""

from __future__ import annotations

import pytest

from superapp.core import feature_gates
from superapp.core.errors import InputInvalid


@pytest.mark.parametrize(
    ("profile", "has"),
    [
        ("marketplace", {"storefronts": True, "payments": True}),
        ("social_commerce", {"storefronts": True, "payments": False}),
        ("chat_only", {"storefronts": False, "payments": False}),
    ],
)
def test_feature_is_available_or_refused_by_profile(settings, profile, has):
    settings.LEGAL_PROFILE = profile

    for feature, is_there in has.items():
        answer = feature_gates.require(feature, InputInvalid)(lambda: "done")
        assert feature_gates.is_enabled(feature) is is_there
        if is_there:
            assert answer() == "done"
        else:
            with pytest.raises(InputInvalid):
                answer()
