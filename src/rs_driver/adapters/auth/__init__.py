"""Authentication methods, one file each; ``registry`` has them all."""
