"""Plain mode on a real terminal."""
