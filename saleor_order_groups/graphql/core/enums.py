"""Descriptions of enum values."""

from enum import Enum

from .descriptions import ADDED_IN_01


def describe(text: str):
    # graphene asks for the description of each value as well as of the enum itself.
    def description(value: Enum | None) -> str | None:
        return text + ADDED_IN_01 if value is None else None

    return description
