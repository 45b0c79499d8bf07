"""Everything that outlives the process: one Redis, and the steps that must agree as scripts."""
