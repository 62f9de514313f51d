"""The web chat door: a page that is a full channel, needing no token and no other server."""
