"""One program for each way to send pushes: a job on standard input, seconds on standard output."""
