"""What a query finds, and how it is told."""
