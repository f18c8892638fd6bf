"""The program and the plugin, as processes, and the ports on which they find the engine."""
