"""What a checkout of several sellers shows in the API before it completes."""
