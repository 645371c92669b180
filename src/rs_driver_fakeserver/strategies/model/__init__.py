"""ServerModel: a model of a server, against which a client's state machine is tested."""
