"""Descriptions of enums."""

from enum import Enum

from .descriptions import ADDED_IN_01


def describe(text: str):
    # graphene calls the function for the enum itself (None) and for each of its values.
    def description(value: Enum | None) -> str | None:
        return text + ADDED_IN_01 if value is None else None

    return description
