"""Tests of processes on one profile at the same time, interleaved and killed."""
