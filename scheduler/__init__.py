"""When things happen: who is due (pure), one pass over them, and the timer that drives it."""
