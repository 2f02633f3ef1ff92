"""Where we agree with the expectations of other projects, and where we differ and why: a module for each subject."""
