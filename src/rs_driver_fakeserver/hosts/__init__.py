"""What carries the bytes: sockets with threads, or nothing at all."""
