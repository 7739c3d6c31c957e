"""The web service: a person or an organisation finds what the published rules give, why, and how to get there."""
