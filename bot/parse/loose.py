"""JSON as feeds write it. Pure."""

import json


def _number(digits: str) -> float:
    """Read an integer; Python refuses to make one of thousands of digits."""
    return int(digits) if len(digits) < 40 else float(digits)


DECODER = json.JSONDecoder(parse_int=_number, parse_constant=lambda _: None, strict=False)
"""Reads JSON as feeds write it."""
