"""What the outside may ask of a running relay: is it well, how much, how fast."""
