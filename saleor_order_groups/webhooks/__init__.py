"""Webhooks of groups: event types, payloads, and how they are sent."""
