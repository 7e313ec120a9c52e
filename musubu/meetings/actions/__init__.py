"""The use cases of meetings, one module for each subject."""
