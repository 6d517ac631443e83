"""What bin/bench measures, one module for each subject."""
