"""What stands behind the ports: sockets, authentication methods, codecs, row decoders."""
