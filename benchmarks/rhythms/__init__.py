"""Posting histories of made-up feeds, policies that look at them, and what comes of that."""
