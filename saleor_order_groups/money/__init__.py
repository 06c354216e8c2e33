"""Integers in minor units: divide them exactly, and convert them to prices and back."""
