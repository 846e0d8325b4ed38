"""Many parameter values, many workers, a store that resumes."""
