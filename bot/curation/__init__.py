"""What people add to the paper and change in it: submissions, review, history, undo."""
