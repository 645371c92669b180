"""The thin outsides: they wait, and leave everything else to the domain."""
