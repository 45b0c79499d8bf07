"""Getting documents from addresses that anybody may name: guarded, bounded, conditional."""
