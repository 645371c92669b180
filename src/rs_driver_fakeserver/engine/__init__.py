"""What answers SQL for the fake server: the port, and the engines that are heavier than rules."""
