"""Time: the flow behind the branches, its rates and connections, and the particles behind the flow."""
