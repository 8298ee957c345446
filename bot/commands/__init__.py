"""What people can say to Ribao, and what it answers; the same on every platform."""
