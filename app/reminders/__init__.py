"""Due doses into messages: ladder, quiet hours, words, snooze, one-tap tokens."""
