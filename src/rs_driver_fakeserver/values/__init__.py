"""Values on the wire: types, and their forms in text and in binary, both ways."""
