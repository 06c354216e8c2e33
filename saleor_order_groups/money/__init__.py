"""Divide integers in minor units exactly, and convert them to prices and back."""
