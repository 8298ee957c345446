"""The shared core of Ribao: items and subscriptions. It knows no platform."""
