"""Who may do what: actors, the catalogue of permissions, grants and checks."""
