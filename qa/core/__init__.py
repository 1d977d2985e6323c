"""What every room shares and that knows no room."""
