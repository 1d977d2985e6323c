"""What a programme has ready for coaching: focus areas and actions by criterion, and its trainings."""
